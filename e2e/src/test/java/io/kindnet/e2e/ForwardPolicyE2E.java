package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Docker on a node: its policy is to drop what is forwarded. */
@RealCluster
class ForwardPolicyE2E {
  private static final String FLAG = "--accept-forwarded-pods";
  private static final String DROPPED = "others drop forwarded packets, those of pods included";
  private static final List<String> CHAINS =
      List.of("chain ip filter FORWARD (policy drop)", "chain ip6 filter FORWARD (policy drop)");
  private static final String RULE = "kindnet: pods of this node";

  @Test
  void kindnetdTellsWhoDropsAndLetsPodsThroughWhereAsked(TestCluster cluster) {
    Kindnet kindnet = cluster.kindnet();
    Node node = cluster.node(1);
    for (Node each : cluster.nodes()) {
      cluster.apply(Manifests.pod("web-" + each.name(), each.name()));
    }
    Pod there = cluster.awaitPod("web-" + node.name());
    Pod elsewhere = cluster.awaitPod("web-" + cluster.nodes().getLast().name());
    assertReachEachOther(there, elsewhere);
    assertThat(kindnet.readiness(node)).contains("[+]forwarding ok");
    try {
      setPolicy(node.machine(), "DROP");

      Eventually.within(
          TestCluster.DEADLINE,
          () ->
              assertThat(kindnet.readiness(node))
                  .contains("[-]forwarding " + DROPPED)
                  .contains(CHAINS)
                  .endsWith("\nready, but degraded"));
      assertThat(kindnet.log(node)).contains(DROPPED).contains(CHAINS);
      for (String address : elsewhere.addresses()) {
        assertThat(there.ask(address)).as("an answer of %s", address).doesNotContain(" saw ");
      }

      kindnet.addFlags(FLAG);
      Eventually.within(
          TestCluster.DEADLINE,
          () ->
              assertThat(kindnet.readiness(node)).contains("[+]forwarding ok").endsWith("\nready"));
      assertReachEachOther(there, elsewhere);
      assertThat(forwardChains(node.machine())).contains(RULE, "policy drop");
    } finally {
      setPolicy(node.machine(), "ACCEPT");
      kindnet.install(Kindnet.MANIFEST); // without the flag
    }
    Eventually.within(
        TestCluster.DEADLINE,
        () -> {
          assertThat(forwardChains(node.machine())).doesNotContain(RULE);
          assertThat(kindnet.readiness(node)).endsWith("\nready");
        });
    assertReachEachOther(there, elsewhere);
  }

  private static void assertReachEachOther(Pod one, Pod other) {
    for (int family = 0; family < 2; family++) {
      assertThat(one.ask(other.addresses().get(family)))
          .isEqualTo(other.name() + " saw " + one.addresses().get(family));
      assertThat(other.ask(one.addresses().get(family)))
          .isEqualTo(one.name() + " saw " + other.addresses().get(family));
    }
  }

  /** As Docker does where {@code iptables} has its chains in nftables. */
  private static void setPolicy(Machine machine, String policy) {
    machine.run("iptables-nft", "-P", "FORWARD", policy);
    machine.run("ip6tables-nft", "-P", "FORWARD", policy);
  }

  private static String forwardChains(Machine machine) {
    return machine.run(
        "sh", "-ec", "nft list chain ip filter FORWARD; nft list chain ip6 filter FORWARD");
  }
}
