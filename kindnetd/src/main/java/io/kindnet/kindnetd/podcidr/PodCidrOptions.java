package io.kindnet.kindnetd.podcidr;

import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;

/**
 * Which pod CIDRs of Nodes are accepted.
 *
 * @param clusterCidrs {@code POD_SUBNET}: what an operator declared to be all pods'; may be empty
 */
public record PodCidrOptions(List<IpPrefix> clusterCidrs) {
  /** A copy of the list. */
  public PodCidrOptions {
    clusterCidrs = List.copyOf(clusterCidrs);
  }
}
