package io.kindnet.kindnetd.kube;

import static io.kindnet.kindnetd.kube.ClusterNodeSamples.clusterNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A cluster in which nodes come, change and go, some of which are not as they should be. */
public final class RandomCluster {
  private static final int NAMES = 12;

  private final Random random;
  private final int cidrs;
  private final ClusterNodes nodes = new ClusterNodes("self");

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
      default -> nodes.put(clusterNode(name, podCidrs(), addresses()));
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
    return podCidrs;
  }

  /** Of either family one on the link, one behind a router, or none. */
  private String[] addresses() {
    List<String> addresses = new ArrayList<>();
    int number = 2 + random.nextInt(100);
    if (random.nextInt(6) != 0) {
      addresses.add((random.nextInt(6) != 0 ? "192.0.2." : "198.51.100.") + number);
    }
    if (random.nextInt(6) != 0) {
      addresses.add((random.nextInt(6) != 0 ? "2001:db8::" : "2001:db8:1::") + number);
    }
    return addresses.toArray(String[]::new);
  }
}
