package io.kindnet.kindnetd.masq;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.Element;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the elements of an interval set as the prefixes that they were made of. */
final class PrefixElements {
  /** The end of an interval comes before the beginning of the next at the same address. */
  private static final Comparator<Element> BY_KEY =
      Comparator.comparing((Element element) -> element.key().bytes(), Arrays::compareUnsigned)
          .thenComparing(element -> !element.intervalEnd());

  private PrefixElements() {}

  /** The prefixes; empty if there is anything else among them, which others have put there. */
  static Optional<Set<IpPrefix>> read(Collection<Element> elements, AddressFamily family) {
    List<Element> sorted = new ArrayList<>(elements);
    sorted.sort(BY_KEY);
    BigInteger behindLast = BigInteger.ONE.shiftLeft(family.bits());
    Set<IpPrefix> prefixes = new HashSet<>();
    int i = 0;
    while (i < sorted.size()) {
      Element first = sorted.get(i++);
      boolean closed = i < sorted.size() && sorted.get(i).intervalEnd();
      if (first.intervalEnd() || (!closed && i < sorted.size())) {
        return Optional.empty();
      }
      BigInteger end = closed ? number(sorted.get(i++)) : behindLast;
      Optional<IpPrefix> prefix = prefix(first, end.subtract(number(first)), family);
      if (prefix.isEmpty()) {
        return Optional.empty();
      }
      prefixes.add(prefix.get());
    }
    return Optional.of(prefixes);
  }

  private static Optional<IpPrefix> prefix(Element first, BigInteger size, AddressFamily family) {
    boolean powerOfTwo = size.bitCount() == 1;
    if (!powerOfTwo || first.key().length() != family.bytes()) {
      return Optional.empty();
    }
    int length = family.bits() - size.getLowestSetBit();
    IpPrefix prefix = new IpPrefix(IpAddresses.of(first.key().bytes()), length);
    boolean aligned = IpAddresses.toInteger(prefix.address()).equals(number(first));
    return aligned ? Optional.of(prefix) : Optional.empty();
  }

  private static BigInteger number(Element element) {
    return new BigInteger(1, element.key().bytes());
  }
}
