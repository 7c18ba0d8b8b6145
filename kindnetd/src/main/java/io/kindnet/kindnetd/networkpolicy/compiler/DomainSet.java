package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NamedSet;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The addresses of domain names: of one family, for as long as answers of name servers say; or
 * those of them that pods have connected to, for connections that take longer. What is in it does
 * not follow from the cluster.
 *
 * @param set of single addresses of {@code family} with timeouts
 * @param names those of {@link io.kindnet.kindnetd.cluster.policies.Peer.DomainNames}, of all peers
 *     of a rule
 * @param isOfConnections whether packets put the addresses into it that they go to
 */
public record DomainSet(
    NamedSet set, AddressFamily family, SortedSet<String> names, boolean isOfConnections)
    implements TableSet {
  /**
   * For how long an address is kept that a connection of a pod goes to, from its last packet on.
   */
  static final Duration CONNECTED = Duration.ofDays(1);

  /** Copies the names. */
  public DomainSet {
    names = Collections.unmodifiableSortedSet(new TreeSet<>(names));
  }

  /** Where new connections may go to. */
  static DomainSet ofAnswers(AddressFamily family, SortedSet<String> names) {
    NamedSet set = named(PolicyTable.DOMAIN_ADDRESSES, family, names).withTimeout(Duration.ZERO);
    return new DomainSet(set, family, names, /* isOfConnections= */ false);
  }

  /** Where connections may go on to. */
  static DomainSet ofConnections(AddressFamily family, SortedSet<String> names) {
    NamedSet set = named("connected-", family, names).withTimeout(CONNECTED).withPacketUpdates();
    return new DomainSet(set, family, names, /* isOfConnections= */ true);
  }

  private static NamedSet named(String prefix, AddressFamily family, SortedSet<String> names) {
    String text = String.join(",", names);
    String name = prefix + Names.hash("names|" + text) + "-" + PolicyTable.suffix(family);
    return NamedSet.set(PolicyTable.TABLE, name, DataType.of(PolicyTable.address(family)))
        .withComment(Names.comment(text));
  }

  @Override
  public Collection<Element> elements(ClusterIndex cluster) {
    return List.of();
  }

  @Override
  public Collection<Element> elementsFor(AddressOwners owners, ClusterIndex cluster) {
    return List.of();
  }
}
