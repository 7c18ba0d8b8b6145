package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.NamedSet;
import java.util.Collection;
import java.util.List;

/**
 * Numbers that stand in policies: CIDRs without their exceptions, or ports.
 *
 * @param set an interval set
 * @param content all of it
 */
record FixedSet(NamedSet set, List<Element> content) implements TableSet {
  static FixedSet of(AddressRanges ranges) {
    String suffix = PolicyTable.suffix(ranges.family());
    String name = "cidrs-" + Names.hash("cidrs|" + ranges.text()) + "-" + suffix;
    DataType key = DataType.of(PolicyTable.address(ranges.family()));
    NamedSet set =
        NamedSet.set(PolicyTable.TABLE, name, key)
            .withIntervals()
            .withComment(Names.comment(ranges.text()));
    return new FixedSet(set, ranges.elements());
  }

  static FixedSet of(List<PortRange> ports) {
    String name = "ports-" + Names.hash("ports|" + ports);
    NamedSet set =
        NamedSet.set(PolicyTable.TABLE, name, DataType.of(FieldType.INET_SERVICE)).withIntervals();
    return new FixedSet(set, PortRange.elements(ports));
  }

  @Override
  public Collection<Element> elements(ClusterIndex cluster) {
    return content;
  }

  @Override
  public Collection<Element> elementsFor(AddressOwners owners, ClusterIndex cluster) {
    return List.of();
  }
}
