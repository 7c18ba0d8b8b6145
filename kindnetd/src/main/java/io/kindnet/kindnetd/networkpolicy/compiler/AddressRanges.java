package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.netlink.ip.AddressBits;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.expr.Value;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Addresses of one family as ranges that neither overlap nor touch, in order: two lists of CIDRs
 * that mean the same addresses are equal.
 *
 * @param family of all addresses
 * @param ranges in order
 */
public record AddressRanges(AddressFamily family, List<Range> ranges) {
  /**
   * One range.
   *
   * @param first the first address
   * @param end the one behind the last; {@link AddressBits#ZERO} behind the last of the family
   */
  public record Range(AddressBits first, AddressBits end) {
    boolean endsAfter(AddressBits bits) {
      return end.equals(AddressBits.ZERO) || end.compareTo(bits) > 0;
    }

    boolean reachesTo(AddressBits bits) {
      return end.equals(AddressBits.ZERO) || end.compareTo(bits) >= 0;
    }
  }

  /** Copies the list. */
  public AddressRanges {
    ranges = List.copyOf(ranges);
  }

  static AddressRanges none(AddressFamily family) {
    return new AddressRanges(family, List.of());
  }

  static AddressRanges of(IpPrefix prefix) {
    AddressBits first = AddressBits.of(prefix.address());
    AddressBits end = first.plus(AddressBits.sizeOf(prefix.length()));
    return new AddressRanges(prefix.family(), List.of(new Range(first, end)));
  }

  /** These and those. */
  AddressRanges plus(AddressRanges others) {
    List<Range> sorted = new ArrayList<>(ranges);
    sorted.addAll(others.ranges);
    sorted.sort(Comparator.comparing(Range::first));
    List<Range> joined = new ArrayList<>();
    for (Range next : sorted) {
      if (!joined.isEmpty() && joined.getLast().reachesTo(next.first)) {
        Range last = joined.removeLast();
        joined.add(new Range(last.first, later(last.end, next.end)));
      } else {
        joined.add(next);
      }
    }
    return new AddressRanges(family, joined);
  }

  /** These without those of {@code prefix}. */
  AddressRanges minus(IpPrefix prefix) {
    if (prefix.family() != family) {
      return this;
    }
    Range hole = of(prefix).ranges.getFirst();
    List<Range> left = new ArrayList<>();
    for (Range range : ranges) {
      boolean apart = !range.endsAfter(hole.first) || !hole.endsAfter(range.first);
      if (apart) {
        left.add(range);
        continue;
      }
      if (range.first.compareTo(hole.first) < 0) {
        left.add(new Range(range.first, hole.first));
      }
      if (!hole.end.equals(AddressBits.ZERO) && range.endsAfter(hole.end)) {
        left.add(new Range(hole.end, range.end));
      }
    }
    return new AddressRanges(family, left);
  }

  private static AddressBits later(AddressBits one, AddressBits other) {
    if (one.equals(AddressBits.ZERO) || other.equals(AddressBits.ZERO)) {
      return AddressBits.ZERO;
    }
    return one.compareTo(other) > 0 ? one : other;
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  /** Whether these are all addresses of the family. */
  boolean isEverything() {
    return ranges.size() == 1
        && ranges.getFirst().equals(new Range(AddressBits.ZERO, AddressBits.ZERO));
  }

  boolean contains(AddressKey address) {
    AddressBits bits = address.bits();
    for (Range range : ranges) {
      if (range.first.compareTo(bits) <= 0 && range.endsAfter(bits)) {
        return address.family() == family;
      }
    }
    return false;
  }

  /** The prefix that these are, if they are one. */
  Optional<IpPrefix> asPrefix() {
    if (ranges.size() != 1) {
      return Optional.empty();
    }
    Range range = ranges.getFirst();
    int length = range.first.lengthFor(range.end.minus(range.first));
    InetAddress first = address(range.first);
    // Java takes an IPv4-mapped address for one of IPv4, which is another prefix
    return length < 0 || AddressFamily.of(first) != family
        ? Optional.empty()
        : Optional.of(new IpPrefix(first, length));
  }

  /** As elements of an interval set. */
  List<Element> elements() {
    List<Element> elements = new ArrayList<>(2 * ranges.size());
    for (Range range : ranges) {
      elements.add(Element.of(Value.of(range.first.toBytes(family.bytes()))));
      if (!range.end.equals(AddressBits.ZERO)) {
        elements.add(Element.intervalEnd(Value.of(range.end.toBytes(family.bytes()))));
      }
    }
    return elements;
  }

  /** Two that are equal have the same text. */
  String text() {
    Optional<IpPrefix> prefix = asPrefix();
    if (prefix.isPresent()) {
      return prefix.get().toString();
    }
    StringBuilder text = new StringBuilder();
    for (Range range : ranges) {
      text.append(text.isEmpty() ? "" : ",")
          .append(new AddressRanges(family, List.of(range)).one());
    }
    return text.toString();
  }

  private String one() {
    return asPrefix()
        .map(IpPrefix::toString)
        .orElseGet(() -> {
          Range range = ranges.getFirst();
          AddressBits last = range.end.minus(AddressBits.sizeOf(family.bits()));
          return format(range.first) + "-" + format(last);
        });
  }

  private String format(AddressBits bits) {
    InetAddress address = address(bits);
    String mapped = AddressFamily.of(address) == family ? "" : "::ffff:";
    return mapped + IpAddresses.format(address);
  }

  private InetAddress address(AddressBits bits) {
    return IpAddresses.of(bits.toBytes(family.bytes()));
  }
}
