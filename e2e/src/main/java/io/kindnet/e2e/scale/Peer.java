package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.Addresses;
import io.kindnet.netlink.testing.Resources;
import java.util.List;

/**
 * A Node of the cluster; but for the agent's own there is no machine behind it.
 *
 * @param name its name
 * @param addresses on the network of all nodes: IPv4, IPv6
 * @param podCidrs IPv4, IPv6
 */
record Peer(String name, List<String> addresses, List<String> podCidrs) {
  private static final int OWN_PODS = 65_000;
  private static final String TEMPLATE = Resources.text(Peer.class, "node.json");

  Peer {
    addresses = List.copyOf(addresses);
    podCidrs = List.copyOf(podCidrs);
  }

  /** Number {@code n}, from 1 to 60,000; no two have anything in common. */
  static Peer number(int n) {
    return new Peer("simulated-" + n, Addresses.ofNobody(n), podCidrs(n));
  }

  /** The one that has a machine, on which the agent runs. */
  static Peer self() {
    return new Peer("node1", Addresses.ofNode(1), podCidrs(OWN_PODS));
  }

  private static List<String> podCidrs(int n) {
    return List.of(
        "10." + (n >> 8) + "." + (n & 0xff) + ".0/24",
        "fd00:10:244:" + Integer.toHexString(n) + "::/64");
  }

  /** The same node with the addresses of {@code other}. */
  Peer movedTo(Peer other) {
    return new Peer(name, other.addresses, podCidrs);
  }

  /** Another node that has got the pod CIDRs of {@code former}. */
  Peer inheriting(Peer former) {
    return new Peer(name, addresses, former.podCidrs);
  }

  /** The object as a kubelet and the controllers leave it. */
  String json() {
    return TEMPLATE
        .replace("@NAME@", name)
        .replace("@IPV4@", addresses.getFirst())
        .replace("@IPV6@", addresses.getLast())
        .replace("@PODS4@", podCidrs.getFirst())
        .replace("@PODS6@", podCidrs.getLast());
  }

  /** What changes the addresses of the object to these. */
  String addressPatch() {
    return """
    {"status": {"addresses": [{"type": "InternalIP", "address": "%s"},
      {"type": "InternalIP", "address": "%s"}, {"type": "Hostname", "address": "%s"}]}}
    """
        .formatted(addresses.getFirst(), addresses.getLast(), name);
  }
}
