package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.expr.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Ports in a row.
 *
 * @param first 0 to 65535
 * @param last not below {@code first}; included
 */
record PortRange(int first, int last) {
  private static final int HIGHEST = 0xffff;

  /** {@code ranges} in order, without those that overlap or touch. */
  static List<PortRange> merge(Collection<PortRange> ranges) {
    List<PortRange> sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparingInt(PortRange::first));
    List<PortRange> merged = new ArrayList<>();
    for (PortRange next : sorted) {
      if (!merged.isEmpty() && merged.getLast().last + 1 >= next.first) {
        PortRange before = merged.removeLast();
        merged.add(new PortRange(before.first, Math.max(before.last, next.last)));
      } else {
        merged.add(next);
      }
    }
    return List.copyOf(merged);
  }

  /** Whether every packet of the protocol has a port of these. */
  boolean isEveryPort() {
    return first == 0 && last == HIGHEST;
  }

  static List<Element> elements(List<PortRange> ranges) {
    List<Element> elements = new ArrayList<>(2 * ranges.size());
    for (PortRange range : ranges) {
      elements.add(Element.of(Value.ofPort(range.first)));
      if (range.last < HIGHEST) {
        elements.add(Element.intervalEnd(Value.ofPort(range.last + 1)));
      }
    }
    return elements;
  }

  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
