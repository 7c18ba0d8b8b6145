package io.kindnet.kindnetd.masq;

import io.kindnet.kindnetd.kube.ClusterNode;
import io.kindnet.kindnetd.kube.ClusterSnapshot;
import io.kindnet.kindnetd.kube.PeerChanges;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.ip.TopLevelPrefixes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where pods are seen with their own addresses of one family: the pods of all nodes, and what was
 * configured. {@link #follow} brings it to where {@link #of} would get, at the cost of what
 * changed.
 */
final class NoMasquerade {
  private final AddressFamily family;
  private final Set<IpPrefix> configured;
  private final Set<IpPrefix> prefixes = new HashSet<>();
  // of what several nodes have: how many more than one
  private final Map<IpPrefix, Integer> rivals = new HashMap<>();
  private final Set<Integer> lengths = new HashSet<>();
  private ClusterSnapshot snapshot;
  private boolean nested;

  /**
   * What {@link #follow} did.
   *
   * @param gone the prefixes that are not there any more
   * @param come those that are there now
   */
  record Step(Set<IpPrefix> gone, Set<IpPrefix> come) {}

  private NoMasquerade(
      AddressFamily family, Collection<IpPrefix> configured, ClusterSnapshot snapshot) {
    this.family = family;
    this.configured = TopLevelPrefixes.of(ofFamily(configured, family));
    this.snapshot = snapshot;
  }

  /** Those of {@code family}. */
  static NoMasquerade of(
      ClusterSnapshot snapshot, Collection<IpPrefix> configured, AddressFamily family) {
    NoMasquerade all = new NoMasquerade(family, configured, snapshot);
    snapshot.self().ifPresent(all::add);
    snapshot.peers().forEach(all::add);
    all.prefixes.addAll(all.configured);
    Set<IpPrefix> top = TopLevelPrefixes.of(all.prefixes);
    all.nested = all.prefixes.retainAll(top);
    return all;
  }

  /** The prefixes, none inside another. */
  Set<IpPrefix> prefixes() {
    return Collections.unmodifiableSet(prefixes);
  }

  /**
   * Goes on to {@code now}, unless that takes more than a look at the nodes that changed: where
   * this machine's own Node did, or where prefixes may lie in others, since their lengths differ.
   *
   * @return empty if all has to be made anew; this is as it was
   */
  Optional<Step> follow(ClusterSnapshot now) {
    if (nested || lengths.size() > 1 || !now.self().equals(snapshot.self())) {
      return Optional.empty();
    }
    PeerChanges changes = PeerChanges.between(snapshot.peers(), now.peers());
    List<IpPrefix> later = claims(changes.come());
    for (IpPrefix prefix : later) {
      if (!lengths.contains(prefix.length()) || containsConfigured(prefix)) {
        return Optional.empty();
      }
    }
    Set<IpPrefix> gone = new HashSet<>();
    for (IpPrefix prefix : claims(changes.gone())) {
      Integer others = rivals.remove(prefix);
      if (others == null) {
        gone.add(prefix);
      } else if (others > 1) {
        rivals.put(prefix, others - 1);
      }
    }
    Set<IpPrefix> come = new HashSet<>();
    for (IpPrefix prefix : later) {
      if (gone.remove(prefix)) {
        continue;
      }
      if (prefixes.contains(prefix) || !come.add(prefix)) {
        rivals.merge(prefix, 1, Integer::sum);
      }
    }
    prefixes.removeAll(gone);
    prefixes.addAll(come);
    snapshot = now;
    return Optional.of(new Step(gone, come));
  }

  private void add(ClusterNode node) {
    for (IpPrefix prefix : claims(List.of(node))) {
      lengths.add(prefix.length());
      if (!prefixes.add(prefix)) {
        rivals.merge(prefix, 1, Integer::sum);
      }
    }
  }

  /** What the nodes have, as far as it does not lie in what was configured. */
  private List<IpPrefix> claims(List<ClusterNode> nodes) {
    List<IpPrefix> claims = new ArrayList<>();
    for (ClusterNode node : nodes) {
      for (IpPrefix prefix : node.podCidrs()) {
        if (prefix.family() == family && !liesInConfigured(prefix)) {
          claims.add(prefix);
        }
      }
    }
    return claims;
  }

  private boolean liesInConfigured(IpPrefix prefix) {
    for (IpPrefix wide : configured) {
      if (wide.contains(prefix)) {
        return true;
      }
    }
    return false;
  }

  private boolean containsConfigured(IpPrefix prefix) {
    for (IpPrefix narrow : configured) {
      if (prefix.contains(narrow)) {
        return true;
      }
    }
    return false;
  }

  private static List<IpPrefix> ofFamily(Collection<IpPrefix> prefixes, AddressFamily family) {
    List<IpPrefix> those = new ArrayList<>();
    for (IpPrefix prefix : prefixes) {
      if (prefix.family() == family) {
        those.add(prefix);
      }
    }
    return those;
  }
}
