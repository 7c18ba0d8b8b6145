package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import java.util.Collection;
import java.util.List;

/**
 * The addresses of peers that are selected by labels.
 *
 * @param set of single addresses of {@code family}
 * @param peers whose selectors count, and not their blocks
 */
record PeerSet(NamedSet set, AddressFamily family, PeerMatcher peers) implements TableSet {
  static PeerSet of(AddressFamily family, Peers peers) {
    String text = peers.selectorText();
    String name = "peers-" + Names.hash("peers|" + text) + "-" + PolicyTable.suffix(family);
    NamedSet set =
        NamedSet.set(PolicyTable.TABLE, name, DataType.of(PolicyTable.address(family)))
            .withComment(Names.comment(text));
    return new PeerSet(set, family, new PeerMatcher(peers));
  }

  @Override
  public Collection<Element> elements(ClusterIndex cluster) {
    return peers.addresses(family, cluster).stream()
        .filter(address -> isMember(cluster.ownersOf(address), cluster))
        .map(address -> Element.of(address.value()))
        .toList();
  }

  @Override
  public Collection<Element> elementsFor(AddressOwners owners, ClusterIndex cluster) {
    return isMember(owners, cluster) ? List.of(Element.of(owners.address().value())) : List.of();
  }

  private boolean isMember(AddressOwners owners, ClusterIndex cluster) {
    return owners.address().family() == family && peers.selects(owners, cluster);
  }
}
