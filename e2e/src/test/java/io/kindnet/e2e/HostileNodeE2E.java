package io.kindnet.e2e;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Addresses;
import io.kindnet.e2e.cluster.Command;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Nodes whose pod CIDRs would take over what the others need; the API server takes any. */
@RealCluster
class HostileNodeE2E {
  private static final String HARMLESS = "harmless";
  private static final String HARMLESS_V4 = "10.250.3.0/24";
  private static final String HARMLESS_V6 = "fd00:10:250:3::/64";

  @Test
  void aHostilePodCidrChangesNothingOnTheOtherNodes(TestCluster cluster) {
    Traffic traffic = Traffic.start(cluster);
    Map<Node, String> before = networks(cluster);
    Map<String, String> hostile = new LinkedHashMap<>();
    try {
      for (String cidr : hostileCidrs(cluster)) {
        String name = "hostile" + (hostile.size() + 1);
        accept(register(cluster, name, hostile.size() + 1, cidr));
        hostile.put(name, cidr);
      }
      hostile.put("everything", registerEverything(cluster, hostile.size() + 1));

      // Nodes are told of in the order of their changes: with the last, agents know all of them
      accept(register(cluster, HARMLESS, hostile.size() + 1, HARMLESS_V4, HARMLESS_V6));
      for (Node node : cluster.nodes()) {
        Eventually.within(
            TestCluster.DEADLINE,
            () -> assertThat(network(node)).contains(HARMLESS_V4 + " via", HARMLESS_V6 + " via"));
      }
      cluster.kubectl().run("delete", "node", HARMLESS);
      assertNetworksBecome(cluster, before);
      for (Node node : cluster.nodes()) {
        assertThat(NodeMetrics.of(node).sum("kindnet_pod_cidrs_left_out"))
            .isEqualTo(hostile.size());
        hostile.forEach((name, cidr) -> assertThat(leftOut(cluster, node, name)).contains(cidr));
      }
      traffic.assertNothingWasLost();
    } finally {
      delete(cluster, hostile.keySet());
    }
    for (Node node : cluster.nodes()) {
      Eventually.within(
          TestCluster.DEADLINE,
          () -> assertThat(NodeMetrics.of(node).sum("kindnet_pod_cidrs_left_out")).isZero());
    }
  }

  /** Newer API servers refuse these forms, but keep what an older one has stored. */
  @Test
  void aPodCidrInAnOldFormIsReadAsTheApiServerMeansItOrLeftOut(TestCluster cluster) {
    Map<String, String> forms =
        Map.of(
            "10.250.5.5/24", "10.250.5.0/24",
            "010.250.006.000/24", "10.250.6.0/24",
            "::ffff:10.250.7.0/120", "10.250.7.0/24",
            "fd00:10:250:0008:0::5/64", "fd00:10:250:8::/64");
    Map<Node, String> before = networks(cluster);
    List<String> names = new ArrayList<>();
    try {
      forms.forEach((form, meant) -> {
        String name = "old" + (names.size() + 1);
        Command.Result result = register(cluster, name, names.size() + 1, form);
        if (result.exit() != 0) {
          assertThat(result.output()).contains("spec.podCIDR", form);
          return;
        }
        names.add(name);
        for (Node node : cluster.nodes()) {
          Eventually.within(
              TestCluster.DEADLINE,
              () ->
                  assertThat(network(node) + leftOut(cluster, node, name))
                      .as("what became of %s", form)
                      .containsAnyOf(meant + " via", form));
        }
      });
    } finally {
      delete(cluster, names);
    }
    assertNetworksBecome(cluster, before);
  }

  private static List<String> hostileCidrs(TestCluster cluster) {
    Node victim = cluster.nodes().getLast();
    List<String> cidrs = new ArrayList<>();
    // the API server's address is in these, and the gateway of all nodes
    cidrs.add("172.30.0.0/24");
    cidrs.add("fd00:172:30::/112");
    // addresses of other nodes
    for (String address : victim.addresses()) {
      cidrs.add(address + (address.contains(":") ? "/128" : "/32"));
    }
    // the nodes' own network, or a part of it at which nobody is
    cidrs.add("172.30.0.0/16");
    cidrs.add("172.30.77.0/24");
    cidrs.add("fd00:172:30::/64");
    // addresses that no host has to itself
    cidrs.addAll(
        List.of("127.9.0.0/24", "169.254.9.0/24", "224.1.0.0/24", "fe80::/64", "ff05::/64"));
    // a part of what the pods of another node have
    for (String podCidr : cluster.podCidrs(victim)) {
      String base = podCidr.substring(0, podCidr.indexOf('/'));
      cidrs.add(base + (base.contains(":") ? "/65" : "/25"));
    }
    return cidrs;
  }

  /** Makes a Node; nobody is at its addresses, which are on the nodes' network. */
  private static Command.Result register(
      TestCluster cluster, String name, int number, String... podCidrs) {
    String manifest = Manifests.node(name, Addresses.ofNobody(number), podCidrs);
    return cluster.kubectl().attemptWithInput(manifest, "create", "-f", "-");
  }

  private static void accept(Command.Result registered) {
    assertThat(registered.exit()).as(registered.output()).isZero();
  }

  /** One whose pods are all there are, or as many as the API server takes. */
  private static String registerEverything(TestCluster cluster, int number) {
    List<Command.Result> refused = new ArrayList<>();
    for (String cidr : new String[] {"0.0.0.0/0", "0.0.0.0/1"}) {
      Command.Result result = register(cluster, "everything", number, cidr);
      if (result.exit() == 0) {
        return cidr;
      }
      refused.add(result);
    }
    throw new AssertionError(refused);
  }

  private static void delete(TestCluster cluster, Collection<String> names) {
    List<String> all = new ArrayList<>(List.of("delete", "node", "--ignore-not-found", HARMLESS));
    all.addAll(names);
    cluster.kubectl().run(all.toArray(String[]::new));
  }

  private static void assertNetworksBecome(TestCluster cluster, Map<Node, String> expected) {
    expected.forEach((node, network) -> {
      Eventually.within(TestCluster.DEADLINE, () -> assertThat(network(node)).isEqualTo(network));
      assertThat(cluster.kindnet().readiness(node)).endsWith("\nready");
    });
  }

  private static Map<Node, String> networks(TestCluster cluster) {
    return cluster.nodes().stream().collect(toMap(node -> node, HostileNodeE2E::network));
  }

  /** The main routing tables of a node, and which destinations are not masqueraded. */
  private static String network(Node node) {
    return node.machine()
        .run("sh", "-ec", "ip route; ip -6 route; nft --stateless list table inet kindnet-ipmasq");
  }

  /** What the agent of {@code node} has logged of pod CIDRs of a Node that it leaves out. */
  private static String leftOut(TestCluster cluster, Node node, String name) {
    return cluster
        .kindnet()
        .log(node)
        .lines()
        .filter(line -> line.contains(" of node " + name + " is left out: "))
        .collect(joining("\n"));
  }
}
