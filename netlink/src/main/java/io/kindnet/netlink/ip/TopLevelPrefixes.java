package io.kindnet.netlink.ip;

import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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
    Map<AddressFamily, TreeSet<Integer>> lengths = new EnumMap<>(AddressFamily.class);
    for (IpPrefix prefix : all) {
      lengths.computeIfAbsent(prefix.family(), family -> new TreeSet<>()).add(prefix.length());
    }
    Set<IpPrefix> top = new HashSet<>();
    for (IpPrefix prefix : all) {
      TreeSet<Integer> occurring = lengths.getOrDefault(prefix.family(), new TreeSet<>());
      if (!liesInAnother(prefix, all, occurring.headSet(prefix.length()))) {
        top.add(prefix);
      }
    }
    return top;
  }

  private static boolean liesInAnother(
      IpPrefix prefix, Set<IpPrefix> all, Collection<Integer> shorterLengths) {
    for (int length : shorterLengths) {
      if (all.contains(new IpPrefix(prefix.address(), length))) {
        return true;
      }
    }
    return false;
  }
}
