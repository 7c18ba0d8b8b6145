package io.kindnet.cni.portmap;

/** How pods are connected to the node of a test. */
enum NodeTopology {
  /** A veth pair each, with a route. */
  POINT_TO_POINT(""),
  /** A bridge. */
  BRIDGE("cni0"),
  /** A bridge whose packets pass the host's rules, as where kube-proxy runs. */
  BRIDGE_WITH_RULES("cni0");

  final String bridge;

  NodeTopology(String bridge) {
    this.bridge = bridge;
  }
}
