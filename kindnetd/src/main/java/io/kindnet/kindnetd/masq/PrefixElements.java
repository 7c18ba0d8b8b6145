package io.kindnet.kindnetd.masq;

import io.kindnet.netlink.ip.AddressBits;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.Element;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the elements of an interval set as the prefixes that they were made of. */
final class PrefixElements {
  /**
   * A side of an interval.
   *
   * @param at its first address, or the one behind its last
   * @param isEnd which of them
   */
  private record Bound(AddressBits at, boolean isEnd) {
    /** An end comes before a beginning at the same address. */
    static final Comparator<Bound> ORDER =
        Comparator.comparing(Bound::at).thenComparing(bound -> !bound.isEnd);
  }

  private PrefixElements() {}

  /** The prefixes; empty if there is anything else among them, which others have put there. */
  static Optional<Set<IpPrefix>> read(Collection<Element> elements, AddressFamily family) {
    List<Bound> bounds = new ArrayList<>(elements.size());
    for (Element element : elements) {
      byte[] key = element.key().bytes();
      if (key.length != family.bytes()) {
        return Optional.empty();
      }
      bounds.add(new Bound(AddressBits.of(key), element.intervalEnd()));
    }
    bounds.sort(Bound.ORDER);
    return prefixes(bounds, family);
  }

  private static Optional<Set<IpPrefix>> prefixes(List<Bound> sorted, AddressFamily family) {
    Set<IpPrefix> prefixes = HashSet.newHashSet(sorted.size() / 2);
    int i = 0;
    while (i < sorted.size()) {
      Bound first = sorted.get(i++);
      boolean closed = i < sorted.size() && sorted.get(i).isEnd();
      if (first.isEnd() || (!closed && i < sorted.size())) {
        return Optional.empty();
      }
      AddressBits end = closed ? sorted.get(i++).at() : AddressBits.ZERO;
      int length = first.at().lengthFor(end.minus(first.at()));
      if (length < 0) {
        return Optional.empty();
      }
      prefixes.add(new IpPrefix(IpAddresses.of(first.at().toBytes(family.bytes())), length));
    }
    return Optional.of(prefixes);
  }
}
