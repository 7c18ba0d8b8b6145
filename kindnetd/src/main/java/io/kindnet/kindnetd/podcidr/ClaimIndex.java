package io.kindnet.kindnetd.podcidr;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map.Entry;
import java.util.Optional;

/**
 * Which Nodes have which accepted pod CIDRs and which addresses, and what of it speaks against the
 * claim of another. Accepted CIDRs are equal or have nothing in common.
 */
final class ClaimIndex {
  /** How many entries one query looks at, so that Nodes made for it cannot make it expensive. */
  private static final int MOST = 32;

  private final RangeIndex<List<ClusterNode>> accepted = new RangeIndex<>();
  private final RangeIndex<List<ClusterNode>> addresses = new RangeIndex<>();

  /**
   * What others have that a claim overlaps.
   *
   * @param objection what an older Node has
   * @param isUndecided whether there may be more, or something of a younger Node that has to give
   *     way
   */
  record Conflict(Optional<String> objection, boolean isUndecided) {}

  void clear() {
    accepted.clear();
    addresses.clear();
  }

  void addAccepted(ClusterNode node, CidrRange range) {
    add(accepted, range, node);
  }

  void removeAccepted(ClusterNode node, CidrRange range) {
    remove(accepted, range, node);
  }

  void addAddresses(ClusterNode node) {
    for (InetAddress address : node.addresses()) {
      add(addresses, CidrRange.of(address), node);
    }
  }

  void removeAddresses(ClusterNode node) {
    for (InetAddress address : node.addresses()) {
      remove(addresses, CidrRange.of(address), node);
    }
  }

  /** What there is of older Nodes that speaks against {@code range} as a CIDR of {@code node}. */
  Conflict conflict(CidrRange range, ClusterNode node) {
    int looked = 0;
    Optional<Entry<CidrRange, List<ClusterNode>>> next = addresses.within(range);
    while (next.isPresent()) {
      ClusterNode owner = next.get().getValue().getFirst();
      if (isOlder(owner, node)) {
        CidrRange address = next.get().getKey();
        return objection(
            "it contains " + address.firstAddress() + ", an address of node " + owner.name());
      }
      if (++looked > MOST) {
        return new Conflict(Optional.empty(), true);
      }
      next = addresses.withinAfter(range, next.get().getKey());
    }
    boolean younger = false;
    next = accepted.overlapping(range);
    while (next.isPresent()) {
      CidrRange other = next.get().getKey();
      ClusterNode owner = next.get().getValue().getFirst();
      if (!other.equals(range)) {
        // its own count, too: a Node has one CIDR of a family
        if (!isOlder(node, owner)) {
          return objection("it overlaps " + other + " of node " + owner.name());
        }
        younger = true;
      }
      if (++looked > MOST) {
        return new Conflict(Optional.empty(), true);
      }
      next = range.contains(other) ? accepted.withinAfter(range, other) : Optional.empty();
    }
    return new Conflict(Optional.empty(), younger);
  }

  private static Conflict objection(String text) {
    return new Conflict(Optional.of(text), false);
  }

  /** Whether an address of {@code node} lies in an accepted CIDR of a younger Node. */
  boolean areAddressesClaimed(ClusterNode node) {
    for (InetAddress address : node.addresses()) {
      Optional<Entry<CidrRange, List<ClusterNode>>> claim =
          accepted.overlapping(CidrRange.of(address));
      if (claim.isPresent() && isOlder(node, claim.get().getValue().getLast())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOlder(ClusterNode one, ClusterNode other) {
    return ClusterNodes.OLDEST_FIRST.compare(one, other) < 0;
  }

  /** Adds {@code node} to those who have {@code range}, the oldest one first. */
  private static void add(RangeIndex<List<ClusterNode>> index, CidrRange range, ClusterNode node) {
    List<ClusterNode> owners = index.get(range).orElse(List.of());
    if (owners.isEmpty()) {
      index.put(range, List.of(node)); // by far the most have one
    } else if (owners.size() == 1) {
      List<ClusterNode> more = new ArrayList<>(owners);
      insert(more, node);
      index.put(range, more);
    } else {
      insert(owners, node);
    }
  }

  private static void insert(List<ClusterNode> owners, ClusterNode node) {
    int found = Collections.binarySearch(owners, node, ClusterNodes.OLDEST_FIRST);
    owners.add(found < 0 ? -found - 1 : found, node);
  }

  private static void remove(
      RangeIndex<List<ClusterNode>> index, CidrRange range, ClusterNode node) {
    List<ClusterNode> left = new ArrayList<>(index.get(range).orElse(List.of()));
    left.remove(node);
    if (left.isEmpty()) {
      index.remove(range);
    } else {
      index.put(range, left.size() == 1 ? List.of(left.getFirst()) : left);
    }
  }
}
