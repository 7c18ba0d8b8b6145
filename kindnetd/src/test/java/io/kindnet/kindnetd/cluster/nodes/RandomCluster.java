package io.kindnet.kindnetd.cluster.nodes;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A cluster in which nodes come, change and go, some of which are not as they should be. */
public final class RandomCluster {
  private static final int NAMES = 12;
  private static final List<String> HOSTILE =
      List.of(
          "0.0.0.0/0",
          "10.244.0.0/20",
          "10.244.0.0/16",
          "10.0.0.0/8",
          "192.0.2.0/25",
          "198.51.100.0/24",
          "198.51.100.64/26",
          "fd00::/16",
          "2001:db8::/64",
          "2001:db8:1::/48",
          "::/0");

  private final Random random;
  private final int cidrs;
  private final ClusterNodes nodes = new ClusterNodes("self");
  private boolean hostile;

  /**
   * @param cidrs how many pod CIDRs of each family there are; with few of them, nodes claim the
   *     same
   */
  public RandomCluster(int seed, int cidrs) {
    this.random = new Random(seed);
    this.cidrs = cidrs;
    putSelf(0);
    nodes.markComplete();
  }

  /** From now on there are Nodes, too, that claim what others have. */
  public RandomCluster withHostileNodes() {
    hostile = true;
    return this;
  }

  /** The Nodes, as they are after the last change. */
  public ClusterNodes nodes() {
    return nodes;
  }

  /** The cluster after a few more changes. */
  public ClusterSnapshot next() {
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      change();
    }
    return nodes.snapshot().orElseThrow();
  }

  private void change() {
    String name = "node" + random.nextInt(NAMES);
    switch (random.nextInt(20)) {
      case 0 -> putSelf(random.nextInt(2));
      case 1, 2, 3, 4, 5 -> nodes.remove(name);
      default -> nodes.put(aged(clusterNode(name, podCidrs(), addresses())));
    }
  }

  private void putSelf(int number) {
    nodes.put(
        clusterNode("self", List.of("10.99." + number + ".0/24"), "192.0.2.1", "2001:db8::1"));
  }

  private List<String> podCidrs() {
    List<String> podCidrs = new ArrayList<>();
    if (random.nextInt(8) != 0) {
      podCidrs.add("10.244." + random.nextInt(cidrs) + ".0/24");
    }
    if (random.nextInt(8) != 0) {
      podCidrs.add("fd00:" + random.nextInt(cidrs) + "::/64");
    }
    if (random.nextInt(30) == 0) {
      podCidrs.add("10.244." + random.nextInt(cidrs) + ".128/25");
    }
    if (hostile && random.nextInt(6) == 0) {
      podCidrs.add(HOSTILE.get(random.nextInt(HOSTILE.size())));
    }
    return podCidrs;
  }

  /** Where there are hostile Nodes, it matters how old one is. */
  private ClusterNode aged(ClusterNode node) {
    return hostile
        ? new ClusterNode(
            node.name(),
            "2026-01-0" + (1 + random.nextInt(9)) + "T00:00:00Z",
            node.podCidrs(),
            node.leftOut(),
            node.addresses(),
            node.providerId())
        : node;
  }

  /** Of either family one on the link, one behind a router, or none. */
  private String[] addresses() {
    List<String> addresses = new ArrayList<>();
    int number = 2 + random.nextInt(100);
    if (hostile && random.nextInt(12) == 0) {
      addresses.add("10.244." + random.nextInt(cidrs) + ".200");
    } else if (random.nextInt(6) != 0) {
      addresses.add((random.nextInt(6) != 0 ? "192.0.2." : "198.51.100.") + number);
    }
    if (random.nextInt(6) != 0) {
      addresses.add((random.nextInt(6) != 0 ? "2001:db8::" : "2001:db8:1::") + number);
    }
    return addresses.toArray(String[]::new);
  }
}
