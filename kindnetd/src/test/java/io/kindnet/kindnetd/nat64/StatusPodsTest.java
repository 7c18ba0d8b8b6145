package io.kindnet.kindnetd.nat64;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.Phase;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StatusPodsTest {
  private static final InetAddress ADDRESS = IpAddresses.parse("fd00::5");

  private final ClusterView<ClusterPod> view = new ClusterView<>();
  private final AtomicInteger watches = new AtomicInteger();
  private final AtomicInteger changes = new AtomicInteger();
  private final StatusPods pods = new StatusPods(this::watch, "here");

  private ClusterView<ClusterPod> watch() {
    watches.incrementAndGet();
    return view;
  }

  private void put(String name, String node, Phase phase, boolean hostNetwork, long uid) {
    view.put(
        "default/" + name,
        new ClusterPod(
            "default",
            name,
            Labels.NONE,
            List.of(ADDRESS),
            node,
            phase,
            List.of(),
            hostNetwork,
            uid));
  }

  @Test
  void podsAreWatchedFromWhenSomebodyAsks() {
    assertThat(watches).hasValue(0);
    assertThat(pods.read()).as("before the first list").isEmpty();
    put("a", "here", Phase.RUNNING, /* hostNetwork= */ false, 1);
    assertThat(pods.read()).isEmpty();
    view.listed(Set.of("default/a"));
    assertThat(pods.read().orElseThrow()).containsOnlyKeys(ADDRESS);
    assertThat(watches).hasValue(1);
  }

  @Test
  void onlyThoseOfThisNodeCount() {
    pods.onChange(changes::incrementAndGet);
    pods.read();
    view.listed(Set.of());
    assertThat(changes).hasValue(1);
    put("far", "elsewhere", Phase.RUNNING, /* hostNetwork= */ false, 1);
    put("host", "here", Phase.RUNNING, /* hostNetwork= */ true, 2);
    put("ended", "here", Phase.SUCCEEDED, /* hostNetwork= */ false, 3);
    assertThat(pods.read().orElseThrow()).isEmpty();
    assertThat(changes).as("nobody hears of them").hasValue(1);
    put("a", "here", Phase.RUNNING, /* hostNetwork= */ false, 4);
    assertThat(changes).hasValue(2);
    String first = pods.read().orElseThrow().get(ADDRESS);
    put("a", "here", Phase.RUNNING, /* hostNetwork= */ false, 5);
    assertThat(pods.read().orElseThrow().get(ADDRESS))
        .as("another Pod of the same name and address")
        .isNotEqualTo(first);
    view.remove("default/a");
    assertThat(pods.read().orElseThrow()).isEmpty();
    assertThat(changes).hasValue(4);
  }
}
