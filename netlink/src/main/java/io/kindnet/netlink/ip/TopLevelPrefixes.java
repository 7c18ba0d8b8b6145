package io.kindnet.netlink.ip;

import java.util.BitSet;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Reduces prefixes to those that no other one contains. */
public final class TopLevelPrefixes {
  private TopLevelPrefixes() {}

  /**
   * Those of {@code prefixes} that lie in no other one, of both families. Each prefix costs one
   * look-up for each shorter length that occurs: a cluster has thousands of prefixes, but of two or
   * three lengths.
   */
  public static Set<IpPrefix> of(Collection<IpPrefix> prefixes) {
    Set<IpPrefix> all = new HashSet<>(prefixes);
    Map<AddressFamily, BitSet> lengths = new EnumMap<>(AddressFamily.class);
    for (AddressFamily family : AddressFamily.values()) {
      lengths.put(family, new BitSet());
    }
    for (IpPrefix prefix : all) {
      occurring(lengths, prefix).set(prefix.length());
    }
    Set<IpPrefix> inner = new HashSet<>();
    for (IpPrefix prefix : all) {
      if (liesInAnother(prefix, all, occurring(lengths, prefix))) {
        inner.add(prefix);
      }
    }
    all.removeAll(inner);
    return all;
  }

  private static BitSet occurring(Map<AddressFamily, BitSet> lengths, IpPrefix prefix) {
    return Objects.requireNonNull(lengths.get(prefix.family()));
  }

  private static boolean liesInAnother(IpPrefix prefix, Set<IpPrefix> all, BitSet lengths) {
    for (int length = lengths.nextSetBit(0);
        length < prefix.length();
        length = lengths.nextSetBit(length + 1)) {
      if (all.contains(new IpPrefix(prefix.address(), length))) {
        return true;
      }
    }
    return false;
  }
}
