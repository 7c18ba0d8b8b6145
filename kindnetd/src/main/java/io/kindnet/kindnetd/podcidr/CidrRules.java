package io.kindnet.kindnetd.podcidr;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.ip.TopLevelPrefixes;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What speaks against a pod CIDR whatever other Nodes say: a function of what is known of this
 * machine and of the cluster.
 */
final class CidrRules {
  private final List<CidrRange> clusterCidrs = new ArrayList<>();
  private final RangeIndex<String> reached = new RangeIndex<>();
  private final RangeIndex<String> ownAddresses = new RangeIndex<>();
  private final Prefixes networks;
  private final Prefixes serviceRanges;

  /**
   * @param clusterCidrs where all pods have their addresses, as an operator declared it; nothing is
   *     known of a family that has none
   * @param apiServer the addresses of the API server that are known
   * @param serviceRanges those that are known
   */
  CidrRules(
      Collection<IpPrefix> clusterCidrs,
      HostFacts host,
      Collection<InetAddress> apiServer,
      Collection<IpPrefix> serviceRanges) {
    for (IpPrefix prefix : clusterCidrs) {
      this.clusterCidrs.add(CidrRange.of(prefix));
    }
    // an address that is several of these is called by the last one
    add(reached, host.nameServers(), "a name server of this machine");
    add(reached, host.gateways(), "a gateway of this machine");
    add(reached, apiServer, "an address of the API server");
    add(ownAddresses, host.addresses(), "an address of this machine");
    this.networks = new Prefixes(host.networks(), "a network of this machine");
    this.serviceRanges = new Prefixes(serviceRanges, "a range of Services");
  }

  private static void add(
      RangeIndex<String> index, Collection<InetAddress> addresses, String what) {
    for (InetAddress address : addresses) {
      index.put(CidrRange.of(address), IpAddresses.format(address) + ", " + what);
    }
  }

  /**
   * Why {@code range} cannot be a pod CIDR; empty if it can be.
   *
   * @param own whether it is of this machine's own Node: its pods may have addresses of its own
   *     network, and it is their gateway
   */
  Optional<String> objection(CidrRange range, boolean own) {
    return ReservedRanges.overlapping(range)
        .map(what -> "it overlaps " + what)
        .or(() -> outsideOfCluster(range))
        .or(() -> takenOver(range, own));
  }

  /** As {@link #objection}, whatever was declared. */
  Optional<String> hazard(CidrRange range, boolean own) {
    return ReservedRanges.overlapping(range)
        .map(what -> "it overlaps " + what)
        .or(() -> takenOver(range, own));
  }

  private Optional<String> outsideOfCluster(CidrRange range) {
    List<String> others = new ArrayList<>();
    for (CidrRange declared : clusterCidrs) {
      if (declared.contains(range)) {
        return Optional.empty();
      }
      if (declared.family() == range.family()) {
        others.add(declared.toString());
      }
    }
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of("it is not inside POD_SUBNET, " + String.join(", ", others));
  }

  private Optional<String> takenOver(CidrRange range, boolean own) {
    // who declares where the pods are means it, also where that is a part of a flat network
    boolean declared = isDeclared(range);
    return contained(reached, range)
        .or(() -> own ? Optional.empty() : contained(ownAddresses, range))
        .or(() -> serviceRanges.overlapping(range, declared))
        .or(() -> own ? Optional.empty() : networks.overlapping(range, declared));
  }

  private boolean isDeclared(CidrRange range) {
    for (CidrRange declared : clusterCidrs) {
      if (declared.contains(range)) {
        return true;
      }
    }
    return false;
  }

  private static Optional<String> contained(RangeIndex<String> index, CidrRange range) {
    return index.within(range).map(entry -> "it contains " + entry.getValue());
  }

  /** Prefixes of which some may lie in others. */
  private static final class Prefixes {
    private final RangeIndex<String> all = new RangeIndex<>();
    private final RangeIndex<String> top = new RangeIndex<>();

    Prefixes(Collection<IpPrefix> prefixes, String what) {
      for (IpPrefix prefix : prefixes) {
        all.put(CidrRange.of(prefix), prefix + ", " + what);
      }
      for (IpPrefix prefix : TopLevelPrefixes.of(prefixes)) {
        top.put(CidrRange.of(prefix), prefix + ", " + what);
      }
    }

    /**
     * @param mayLieInOne whether {@code range} may lie in one of these
     */
    Optional<String> overlapping(CidrRange range, boolean mayLieInOne) {
      return all.within(range)
          .or(() -> mayLieInOne ? Optional.empty() : top.around(range))
          .map(entry -> "it overlaps " + entry.getValue());
    }
  }
}
