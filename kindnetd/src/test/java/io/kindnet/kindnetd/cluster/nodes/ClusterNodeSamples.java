package io.kindnet.kindnetd.cluster.nodes;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;
import java.util.stream.Stream;

/** Nodes as the agents see them. */
public final class ClusterNodeSamples {
  private ClusterNodeSamples() {}

  /** A node without creation time and provider. */
  public static ClusterNode clusterNode(String name, List<String> podCidrs, String... addresses) {
    return new ClusterNode(
        name,
        "",
        podCidrs.stream().map(IpPrefix::parse).toList(),
        List.of(),
        Stream.of(addresses).map(IpAddresses::parse).toList(),
        "");
  }
}
