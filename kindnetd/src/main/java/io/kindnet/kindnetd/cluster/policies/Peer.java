package io.kindnet.kindnetd.cluster.policies;

import io.kindnet.netlink.ip.IpPrefix;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

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

  /**
   * The addresses that domain names have, as answers of name servers say; of rules of egress that
   * accept.
   *
   * @param names in lower case, without a final dot, in order; one that begins with {@code *.}
   *     stands for all names with one or more labels in the place of the asterisk
   */
  record DomainNames(SortedSet<String> names) implements Peer {
    /** Copies the set. */
    public DomainNames {
      names = Collections.unmodifiableSortedSet(new TreeSet<>(names));
    }
  }

  /** Nodes, by their labels; their addresses, and so pods in the network of their node, too. */
  record Nodes(LabelSelector selector) implements Peer {}
}
