package io.kindnet.kindnetd.masq;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.netlink.ip.AddressBits;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.ip.TopLevelPrefixes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where pods send from: the pod CIDRs of all nodes. Those of others matter where this node passes
 * on what they send without masquerading it themselves, as to its own address and from there to an
 * endpoint of a Service that is outside of the cluster.
 */
final class PodSources {
  private static final Comparator<IpPrefix> BY_ADDRESS =
      Comparator.comparing(prefix -> AddressBits.of(prefix.address().getAddress()));

  private PodSources() {}

  /**
   * The prefixes of {@code family}, none inside another, and two halves of a prefix written as one:
   * a cluster gives its CIDRs out one after the other, so that a few prefixes are all of them.
   */
  static Set<IpPrefix> prefixes(ClusterSnapshot snapshot, AddressFamily family) {
    List<IpPrefix> all = new ArrayList<>(2 * snapshot.peers().size());
    snapshot.self().ifPresent(self -> addThose(all, self.podCidrs(), family));
    for (ClusterNode peer : snapshot.peers()) {
      addThose(all, peer.podCidrs(), family);
    }
    List<IpPrefix> sorted = new ArrayList<>(TopLevelPrefixes.of(all));
    sorted.sort(BY_ADDRESS);
    return joined(sorted);
  }

  private static void addThose(
      List<IpPrefix> all, Collection<IpPrefix> prefixes, AddressFamily family) {
    for (IpPrefix prefix : prefixes) {
      if (prefix.family() == family) {
        all.add(prefix);
      }
    }
  }

  private static Set<IpPrefix> joined(List<IpPrefix> sorted) {
    List<IpPrefix> result = new ArrayList<>();
    for (IpPrefix next : sorted) {
      IpPrefix last = next;
      while (!result.isEmpty() && areHalves(result.getLast(), last)) {
        last = parent(result.removeLast());
      }
      result.add(last);
    }
    return new HashSet<>(result);
  }

  private static boolean areHalves(IpPrefix one, IpPrefix other) {
    return one.length() > 0 && one.length() == other.length() && parent(one).equals(parent(other));
  }

  private static IpPrefix parent(IpPrefix half) {
    return new IpPrefix(half.address(), half.length() - 1);
  }
}
