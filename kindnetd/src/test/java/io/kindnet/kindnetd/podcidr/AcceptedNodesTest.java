package io.kindnet.kindnetd.podcidr;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AcceptedNodesTest {
  private static final PodCidrOptions NONE = new PodCidrOptions(List.of());
  private static final HostFacts NOTHING = new HostFacts(Set.of(), Set.of(), Set.of(), Set.of());
  private static final HostFacts GATEWAY =
      new HostFacts(Set.of(), Set.of(IpAddresses.parse("192.0.2.254")), Set.of(), Set.of());
  private static final ClusterNode GOOD = clusterNode("good", List.of("10.244.1.0/24"));
  private static final ClusterNode BAD = clusterNode("bad", List.of("192.0.2.0/24"));

  private final ClusterNodes nodes = new ClusterNodes("self");
  private final AcceptedNodes accepted = new AcceptedNodes(nodes, NONE, List.of());
  private final AtomicInteger changes = new AtomicInteger();

  @BeforeEach
  void join() {
    accepted.onChange(changes::incrementAndGet);
    nodes.put(GOOD);
    nodes.put(BAD);
  }

  private List<ClusterNode> peers() {
    return accepted.snapshot().orElseThrow().peers();
  }

  private int podCidrs() {
    return peers().stream().mapToInt(peer -> peer.podCidrs().size()).sum();
  }

  @Test
  void saysNothingBeforeBothTheNodesAndThisMachineAreKnown() {
    nodes.markComplete();
    assertThat(accepted.snapshot()).isEmpty();
    assertThat(accepted.objection(IpPrefix.parse("192.0.2.0/24"), /* own= */ false)).isEmpty();
    assertThat(changes).hasValue(1);
    accepted.hostFacts(NOTHING);
    assertThat(changes).hasValue(2);
    assertThat(peers()).containsExactlyInAnyOrder(GOOD, BAD);

    AcceptedNodes other = new AcceptedNodes(new ClusterNodes("self"), NONE, List.of());
    other.hostFacts(GATEWAY);
    assertThat(other.snapshot()).isEmpty();
    assertThat(other.objection(IpPrefix.parse("192.0.2.0/24"), /* own= */ false)).isPresent();
  }

  @Test
  void tellsAndCountsEachChangeOfWhatIsAccepted() {
    nodes.markComplete();
    accepted.hostFacts(NOTHING);
    accepted.hostFacts(new HostFacts(Set.of(), Set.of(), Set.of(), Set.of()));
    assertThat(changes).as("nothing new").hasValue(2);
    assertThat(podCidrs()).isEqualTo(2);
    assertThat(accepted.leftOut()).isZero();

    accepted.hostFacts(GATEWAY);
    assertThat(changes).hasValue(3);
    assertThat(podCidrs()).isEqualTo(1);
    assertThat(accepted.leftOut()).isEqualTo(1);

    accepted.serviceRanges(Set.of(IpPrefix.parse("10.244.0.0/16")));
    accepted.serviceRanges(Set.of(IpPrefix.parse("10.244.0.0/16")));
    assertThat(changes).hasValue(4);
    assertThat(podCidrs()).isZero();
    assertThat(accepted.leftOut()).isEqualTo(2);

    accepted.serviceRanges(Set.of());
    accepted.hostFacts(NOTHING);
    assertThat(podCidrs()).isEqualTo(2);
    assertThat(accepted.leftOut()).isZero();

    nodes.remove("bad");
    assertThat(changes).hasValue(7);
    assertThat(peers()).containsExactly(GOOD);
  }

  @Test
  void protectsWhereTheApiServerWasReachedLast() {
    nodes.markComplete();
    accepted.hostFacts(NOTHING);
    accepted.apiServerAt(IpAddresses.parse("10.244.1.9"));
    accepted.apiServerAt(IpAddresses.parse("10.244.1.9"));
    assertThat(changes).hasValue(3);
    assertThat(podCidrs()).isEqualTo(1);
    for (int i = 1; i <= 8; i++) {
      accepted.apiServerAt(IpAddresses.parse("203.0.113." + i));
    }
    assertThat(podCidrs()).as("it has long been elsewhere").isEqualTo(2);
  }

  @Test
  void givesTheSameAsLongAsNothingChanges() {
    nodes.markComplete();
    accepted.hostFacts(GATEWAY);
    assertThat(accepted.snapshot().orElseThrow()).isSameAs(accepted.snapshot().orElseThrow());
  }
}
