package io.kindnet.netlink.ip;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Reduces prefixes to those that no other one contains. */
public final class TopLevelPrefixes {
  private static final Comparator<IpPrefix> BY_ADDRESS =
      Comparator.comparing(IpPrefix::family)
          .thenComparing(prefix -> prefix.address().getAddress(), Arrays::compareUnsigned)
          .thenComparingInt(IpPrefix::length);

  private TopLevelPrefixes() {}

  /**
   * Those of {@code prefixes} that lie in no other one, each once: IPv4 first, by address. n log n.
   */
  public static List<IpPrefix> of(Collection<IpPrefix> prefixes) {
    List<IpPrefix> sorted = new ArrayList<>(prefixes);
    sorted.sort(BY_ADDRESS);
    List<IpPrefix> top = new ArrayList<>();
    for (IpPrefix prefix : sorted) {
      if (top.isEmpty() || !top.getLast().contains(prefix)) {
        top.add(prefix);
      }
    }
    return List.copyOf(top);
  }
}
