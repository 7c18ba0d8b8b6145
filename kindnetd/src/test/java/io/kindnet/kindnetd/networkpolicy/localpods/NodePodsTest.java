package io.kindnet.kindnetd.networkpolicy.localpods;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.Phase;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods.PodName;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodePodsTest {
  private static final InetAddress FOUR = IpAddresses.parse("10.244.1.5");
  private static final InetAddress SIX = IpAddresses.parse("fd00::5");
  private static final int MORE_THAN_A_VIEW_KEEPS = 2000;

  private final ClusterView<ClusterPod> view = new ClusterView<>();
  private final PluginPods plugin =
      new PluginPods("node", () -> {}, () -> {}, PendingTimes.unobserved());
  private final LocalPods pods = plugin.withStatusOf(view);

  private static ClusterPod pod(
      String name, String node, Phase phase, boolean hostNetwork, InetAddress... addresses) {
    return new ClusterPod(
        "default", name, Labels.NONE, List.of(addresses), node, phase, List.of(), hostNetwork);
  }

  private void put(ClusterPod pod) {
    view.put("default/" + pod.name(), pod);
  }

  @Test
  void hasThePodsWhoseStatusSaysThatTheyAreHere() {
    put(pod("web", "node", Phase.RUNNING, false, FOUR, SIX));
    assertThat(pods.snapshot().pods()).isEmpty(); // half a list
    view.listed(Set.of("default/web"));

    assertThat(pods.snapshot().pods())
        .containsEntry(FOUR, new PodName("default", "web"))
        .containsEntry(SIX, new PodName("default", "web"))
        .hasSize(2);
    assertThat(pods.snapshot().held()).isEmpty();

    put(pod("web", "node", Phase.SUCCEEDED, false, FOUR, SIX));
    assertThat(pods.snapshot().pods()).isEmpty();
    put(pod("web", "node", Phase.RUNNING, false, SIX));
    assertThat(pods.snapshot().pods()).containsOnlyKeys(SIX);
    view.remove("default/web");
    assertThat(pods.snapshot().pods()).isEmpty();
  }

  @Test
  void passesOverPodsOfOtherNodesAndOfTheNodesOwnNetwork() {
    put(pod("elsewhere", "other", Phase.RUNNING, false, FOUR));
    put(pod("host", "node", Phase.RUNNING, true, SIX));
    view.listed(Set.of("default/elsewhere", "default/host"));

    assertThat(pods.snapshot().pods()).isEmpty();
  }

  @Test
  void followsAViewThatHasForgottenWhatChanged() {
    view.listed(Set.of());
    assertThat(pods.snapshot().pods()).isEmpty();
    put(pod("web", "node", Phase.RUNNING, false, FOUR));
    for (int change = 0; change < MORE_THAN_A_VIEW_KEEPS; change++) {
      put(pod("other", "other", change % 2 == 0 ? Phase.RUNNING : Phase.PENDING, false));
    }

    assertThat(pods.snapshot().pods()).containsOnlyKeys(FOUR);
  }

  /** The status of a Pod may be one of before its address was given away. */
  @Test
  void thePluginsWordCounts() {
    put(pod("old", "node", Phase.RUNNING, false, FOUR));
    view.listed(Set.of("default/old"));
    plugin.added(new Sandbox("1", new PodIdentity("default", "new", ""), "knet1", List.of(FOUR)));

    assertThat(pods.snapshot().pods()).containsEntry(FOUR, new PodName("default", "new"));
    assertThat(pods.snapshot().held()).containsExactly(FOUR);
    assertThat(pods.snapshot().version()).isEqualTo(plugin.snapshot().version());

    plugin.removed("1");
    assertThat(pods.snapshot().pods()).containsEntry(FOUR, new PodName("default", "old"));
  }

  @Test
  void withAnotherPluginThereIsNothingButTheStatus() {
    LocalPods alone = LocalPods.ofOtherPlugin("node");
    put(pod("web", "node", Phase.RUNNING, false, FOUR));
    view.listed(Set.of("default/web"));

    assertThat(alone.snapshot().pods()).isEmpty();
    assertThat(alone.withStatusOf(view).snapshot().pods())
        .containsEntry(FOUR, new PodName("default", "web"));
  }
}
