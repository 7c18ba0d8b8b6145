package io.kindnet.kindnetd.podcidr;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterNode.LeftOutCidr;
import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.kindnetd.cluster.nodes.RandomCluster;
import io.kindnet.kindnetd.status.Diagnostic;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptanceTest {
  private static final CidrRules RULES =
      new CidrRules(
          List.of(),
          new HostFacts(Set.of(IpPrefix.parse("192.0.2.0/24")), Set.of(), Set.of(), Set.of()),
          List.of(),
          List.of());

  private final Acceptance acceptance = new Acceptance(RULES);

  /**
   * @param age the older the smaller, up to 9
   */
  private static ClusterNode node(
      String name, int age, List<String> podCidrs, String... addresses) {
    return new ClusterNode(
        name,
        "2026-01-0" + age + "T00:00:00Z",
        podCidrs.stream().map(IpPrefix::parse).toList(),
        List.of(),
        Stream.of(addresses).map(IpAddresses::parse).toList(),
        "");
  }

  private static ClusterSnapshot cluster(ClusterNode... peers) {
    return new ClusterSnapshot(Optional.empty(), List.of(peers));
  }

  private static List<String> texts(ClusterNode node) {
    List<String> texts = new ArrayList<>();
    node.podCidrs().forEach(cidr -> texts.add(cidr.toString()));
    node.leftOut().forEach(cidr -> texts.add(cidr.cidr() + ": " + cidr.reason()));
    return texts;
  }

  private List<String> accepted(ClusterNode... peers) {
    List<String> texts = new ArrayList<>();
    for (ClusterNode peer : acceptance.update(cluster(peers)).peers()) {
      texts.addAll(texts(peer));
    }
    return texts;
  }

  @Test
  void givesTheClusterBackWhereNothingIsWrong() {
    ClusterSnapshot all =
        new ClusterSnapshot(
            Optional.of(node("self", 1, List.of("10.244.0.0/24"), "198.51.100.1")),
            List.of(node("a", 2, List.of("10.244.1.0/24", "fd00:1::/64"), "198.51.100.2")));
    assertThat(acceptance.update(all)).isSameAs(all);
    assertThat(acceptance.diagnostics()).isEmpty();
  }

  @Test
  void leavesOutAndNamesWhatTheRulesSpeakAgainst() {
    ClusterNode hostile = node("a", 1, List.of("192.0.2.128/25", "fd00:1::/64"), "198.51.100.2");
    ClusterNode unreadable =
        hostile.withPodCidrs(
            hostile.podCidrs(), List.of(new LeftOutCidr("10.244.256.0/24", "it is not a CIDR")));
    assertThat(accepted(unreadable))
        .containsExactly(
            "fd00:1::/64",
            "10.244.256.0/24: it is not a CIDR",
            "192.0.2.128/25: it overlaps 192.0.2.0/24, a network of this machine");
    assertThat(acceptance.diagnostics())
        .containsExactlyInAnyOrder(
            new Diagnostic(
                true, "pod CIDR 10.244.256.0/24 of node a is left out: it is not a CIDR"),
            new Diagnostic(
                true,
                "pod CIDR 192.0.2.128/25 of node a is left out: it overlaps 192.0.2.0/24, a network"
                    + " of this machine"));
    assertThat(accepted(hostile)).hasSize(2);
    assertThat(accepted()).isEmpty();
    assertThat(acceptance.diagnostics()).isEmpty();
  }

  @Test
  void protectsTheAddressesOfOlderNodes() {
    ClusterNode old = node("old", 1, List.of("10.244.1.0/24"), "198.51.100.7");
    ClusterNode young = node("young", 2, List.of("198.51.100.0/24"), "203.0.113.2");
    String left = "198.51.100.0/24: it contains 198.51.100.7, an address of node old";
    assertThat(accepted(old, young)).containsExactly("10.244.1.0/24", left);
    assertThat(accepted(young, old)).containsExactly(left, "10.244.1.0/24");
    ClusterNode moved = node("old", 1, List.of("10.244.1.0/24"), "198.51.101.7");
    assertThat(accepted(young, moved)).containsExactly("198.51.100.0/24", "10.244.1.0/24");
    assertThat(accepted(young, old)).containsExactly(left, "10.244.1.0/24");
    assertThat(accepted(young)).containsExactly("198.51.100.0/24");
  }

  /** Else a Node could say of itself that it has an address among the pods of another. */
  @Test
  void doesNotLetAnAddressTakeTheCidrOfAnOlderNode() {
    ClusterNode old = node("old", 1, List.of("10.244.1.0/24"), "198.51.100.7");
    ClusterNode young = node("young", 2, List.of("10.244.2.0/24"), "10.244.1.9");
    assertThat(accepted(old, young)).containsExactly("10.244.1.0/24", "10.244.2.0/24");
    ClusterNode itself = node("itself", 1, List.of("10.244.3.0/24"), "10.244.3.9");
    assertThat(accepted(itself)).containsExactly("10.244.3.0/24");
  }

  @Test
  void givesOfTwoThatOverlapTheOlderOneRight() {
    ClusterNode old = node("old", 1, List.of("10.244.1.0/24"));
    ClusterNode wide = node("wide", 2, List.of("10.244.0.0/16"));
    ClusterNode inside = node("inside", 3, List.of("10.244.2.0/24"));
    String left = "10.244.0.0/16: it overlaps 10.244.1.0/24 of node old";
    assertThat(accepted(old, wide, inside))
        .as("what is left out pushes nothing out")
        .containsExactly("10.244.1.0/24", left, "10.244.2.0/24");
    assertThat(accepted(wide, inside))
        .containsExactly("10.244.0.0/16", "10.244.2.0/24: it overlaps 10.244.0.0/16 of node wide");
    assertThat(accepted(wide, inside, old))
        .as("back again")
        .containsExactly(left, "10.244.2.0/24", "10.244.1.0/24");
    ClusterNode small = node("small", 4, List.of("10.244.1.128/25"));
    assertThat(accepted(old, small))
        .containsExactly("10.244.1.0/24", "10.244.1.128/25: it overlaps 10.244.1.0/24 of node old");
  }

  @Test
  void leavesEqualCidrsToThoseWhoMakeRoutes() {
    ClusterNode one = node("one", 1, List.of("10.244.1.0/24"));
    ClusterNode other = node("other", 2, List.of("10.244.1.0/24"));
    assertThat(accepted(one, other)).containsExactly("10.244.1.0/24", "10.244.1.0/24");
    ClusterNode wide = node("wide", 3, List.of("10.244.0.0/23"));
    assertThat(accepted(one, other, wide)).hasSize(3).last().asString().contains("of node one");
    assertThat(accepted(other, wide)).hasSize(2).last().asString().contains("of node other");
    assertThat(accepted(wide)).containsExactly("10.244.0.0/23");
  }

  @Test
  void decidesAboutItsOwnNodeAsAboutOthers() {
    ClusterNode self = node("self", 2, List.of("10.244.1.0/24", "192.0.2.128/25"), "192.0.2.1");
    ClusterSnapshot all =
        acceptance.update(
            new ClusterSnapshot(
                Optional.of(self), List.of(node("old", 1, List.of("10.244.0.0/23")))));
    assertThat(texts(all.self().orElseThrow()))
        .containsExactly("192.0.2.128/25", "10.244.1.0/24: it overlaps 10.244.0.0/23 of node old");
    ClusterSnapshot alone = acceptance.update(new ClusterSnapshot(Optional.of(self), List.of()));
    assertThat(alone.self()).contains(self);
  }

  @Test
  void keepsOrderAndLeavesNodesEqualThatStay() {
    ClusterNode a = node("a", 1, List.of("10.244.1.0/24"));
    ClusterNode bad = node("bad", 2, List.of("127.0.0.0/24", "10.244.2.0/24"));
    ClusterNode b = node("b", 3, List.of("10.244.3.0/24"));
    List<ClusterNode> before = acceptance.update(cluster(a, bad, b)).peers();
    ClusterNode c = node("c", 4, List.of("10.244.4.0/24"));
    List<ClusterNode> after = acceptance.update(cluster(a, bad, b, c)).peers();
    assertThat(before).extracting(ClusterNode::name).containsExactly("a", "bad", "b");
    assertThat(after).startsWith(before.toArray(ClusterNode[]::new)).hasSize(4);
    assertThat(after.get(1)).isSameAs(before.get(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 20, 250})
  void goesOnToWhereItWouldBeDecidedAgain(int cidrs) {
    RandomCluster cluster = new RandomCluster(cidrs, cidrs).withHostileNodes();
    int leftOut = 0;
    for (int i = 0; i < 5000; i++) {
      ClusterSnapshot next = cluster.next();
      Acceptance fromScratch = new Acceptance(RULES);
      assertThat(acceptance.update(next)).as("step %d", i).isEqualTo(fromScratch.update(next));
      assertThat(acceptance.diagnostics()).isEqualTo(fromScratch.diagnostics());
      leftOut += acceptance.diagnostics().size();
    }
    assertThat(leftOut).isGreaterThan(100);
  }
}
