package io.kindnet.kindnetd.networkpolicy.denials;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.Phase;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterPodNamesTest {
  private final ClusterView<ClusterPod> view = new ClusterView<>();
  private LocalPods.Snapshot local = LocalPods.Snapshot.EMPTY;
  private final ClusterPodNames names = new ClusterPodNames(new Local(), () -> view);

  @Test
  void knowsNobodyBeforeThePodsAreListed() {
    view.put("default/web", pod("web", Phase.RUNNING, false, "10.244.1.5"));
    assertThat(names.at(address("10.244.1.5"))).isEmpty();

    view.listed(Set.of("default/web"));
    assertThat(names.at(address("10.244.1.5"))).contains("default/web");
  }

  @Test
  void followsPodsThatComeChangeAndGo() {
    view.listed(Set.of());
    assertThat(names.at(address("10.244.1.5"))).isEmpty();

    view.put("default/web", pod("web", Phase.PENDING, false));
    assertThat(names.at(address("10.244.1.5"))).isEmpty();
    view.put("default/web", pod("web", Phase.RUNNING, false, "10.244.1.5", "fd00::5"));
    assertThat(names.at(address("10.244.1.5"))).contains("default/web");
    assertThat(names.at(address("fd00::5"))).contains("default/web");
    view.put("default/web", pod("web", Phase.SUCCEEDED, false, "10.244.1.5", "fd00::5"));
    assertThat(names.at(address("10.244.1.5"))).isEmpty();
    view.put("default/next", pod("next", Phase.RUNNING, false, "10.244.1.5"));
    view.remove("default/web");
    assertThat(names.at(address("10.244.1.5"))).contains("default/next");
    view.remove("default/next");
    assertThat(names.at(address("10.244.1.5"))).isEmpty();
  }

  /** So many that the view does not remember the first. */
  @Test
  void catchesUpWithManyChanges() {
    view.listed(Set.of());
    assertThat(names.at(address("10.244.1.1"))).isEmpty();
    for (int i = 0; i < 3000; i++) {
      view.put(
          "default/pod-" + i,
          pod("pod-" + i, Phase.RUNNING, false, "10.244." + i / 250 + "." + i % 250));
    }

    assertThat(names.at(address("10.244.0.1"))).contains("default/pod-1");
    assertThat(names.at(address("10.244.11.249"))).contains("default/pod-2999");
  }

  @Test
  void anAddressOfTheNodeIsNoPods() {
    view.put("default/proxy", pod("proxy", Phase.RUNNING, true, "192.0.2.2"));
    view.listed(Set.of("default/proxy"));

    assertThat(names.at(address("192.0.2.2"))).isEmpty();
  }

  @Test
  void whatAnAddChoseComesFirst() {
    view.put("default/old", pod("old", Phase.RUNNING, false, "10.244.0.7"));
    view.listed(Set.of("default/old"));
    local =
        new LocalPods.Snapshot(
            Map.of(
                address("10.244.0.7"),
                new LocalPods.PodName("shop", "new"),
                address("10.244.0.8"),
                new LocalPods.PodName("", "")),
            Set.of());

    assertThat(names.at(address("10.244.0.7"))).contains("shop/new");
    assertThat(names.at(address("10.244.0.8"))).isEmpty();
  }

  private static ClusterPod pod(
      String name, Phase phase, boolean hostNetwork, String... addresses) {
    return new ClusterPod(
        "default",
        name,
        Labels.NONE,
        List.of(addresses).stream().map(ClusterPodNamesTest::address).toList(),
        "node1",
        phase,
        List.of(),
        hostNetwork);
  }

  private static InetAddress address(String text) {
    return IpAddresses.parse(text);
  }

  /** Says what the test has set. */
  private final class Local implements LocalPods {
    @Override
    public Snapshot snapshot() {
      return local;
    }

    @Override
    public void refresh() {}

    @Override
    public void onChange(Runnable listener) {}
  }
}
