package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import java.util.Collection;

/**
 * A set that rules of class chains look up. Its name stands for what has to be in it: a set that is
 * to mean something else is another one.
 */
public sealed interface TableSet permits DomainSet, FixedSet, NamedPortSet, PeerSet {
  /** As it is made. */
  NamedSet set();

  /** The name of {@link #set}. */
  default String name() {
    return set().name();
  }

  /** All that has to be in it. */
  Collection<Element> elements(ClusterIndex cluster);

  /**
   * What has to be in it because of who has an address; of all addresses together, this is {@link
   * #elements}. Nothing for a set that never changes.
   *
   * @param cluster which gave {@code owners}
   */
  Collection<Element> elementsFor(AddressOwners owners, ClusterIndex cluster);
}
