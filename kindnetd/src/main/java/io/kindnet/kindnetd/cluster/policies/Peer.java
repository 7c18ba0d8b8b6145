package io.kindnet.kindnetd.cluster.policies;

import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;

/** The other side of a connection that a rule is about. */
public sealed interface Peer {
  /** Pods. */
  record Pods(PodSelector selector) implements Peer {}

  /**
   * Addresses.
   *
   * @param except prefixes within {@code cidr} that are not meant; they limit this peer only
   */
  record Block(IpPrefix cidr, List<IpPrefix> except) implements Peer {
    /** Copies the list. */
    public Block {
      except = List.copyOf(except);
    }
  }

  /** Nodes, by their labels; their addresses, and so pods in the network of their node, too. */
  record Nodes(LabelSelector selector) implements Peer {}
}
