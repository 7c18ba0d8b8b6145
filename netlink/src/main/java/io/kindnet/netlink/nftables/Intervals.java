package io.kindnet.netlink.nftables;

import io.kindnet.netlink.ip.AddressBits;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.expr.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Prefixes as elements of interval sets of one field, and back. */
public final class Intervals {
  private Intervals() {}

  /**
   * The elements that stand for {@code prefixes}, in their order: for each the first address and
   * the first one behind it. A prefix that reaches to the last address of its family has no end.
   *
   * @param prefixes of one family, none inside another: reduce them with {@link
   *     io.kindnet.netlink.ip.TopLevelPrefixes}. Those that touch stay apart, so that each can be
   *     deleted without the others.
   */
  public static List<Element> of(Collection<IpPrefix> prefixes) {
    List<Element> elements = new ArrayList<>(2 * prefixes.size());
    for (IpPrefix prefix : prefixes) {
      elements.add(Element.of(Value.of(prefix.address())));
      AddressBits end = AddressBits.of(prefix.address()).plus(AddressBits.sizeOf(prefix.length()));
      if (!end.equals(AddressBits.ZERO)) {
        elements.add(Element.intervalEnd(Value.of(end.toBytes(prefix.family().bytes()))));
      }
    }
    return elements;
  }
}
