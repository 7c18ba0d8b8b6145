package io.kindnet.kindnetd.podcidr;

import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;
import java.util.Set;

/** What is accepted of Nodes, without a kernel. */
public final class AcceptedNodeSamples {
  private AcceptedNodeSamples() {}

  /** What a machine accepts that is on the network 192.0.2.0/24. */
  public static AcceptedNodes accepted(ClusterNodes nodes) {
    AcceptedNodes accepted = new AcceptedNodes(nodes, new PodCidrOptions(List.of()), List.of());
    accepted.hostFacts(
        new HostFacts(Set.of(IpPrefix.parse("192.0.2.0/24")), Set.of(), Set.of(), Set.of()));
    return accepted;
  }
}
