package io.kindnet.kindnetd.podcidr;

import io.kindnet.kindnetd.kube.ClusterNode;
import io.kindnet.kindnetd.kube.ClusterNode.LeftOutCidr;
import io.kindnet.kindnetd.kube.ClusterNodes;
import io.kindnet.kindnetd.kube.ClusterSnapshot;
import io.kindnet.kindnetd.kube.Note;
import io.kindnet.kindnetd.kube.PeerChanges;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which pod CIDRs of a cluster are accepted: a function of the rules and of the cluster, which
 * {@link #update} computes anew only where a change reaches further than the Nodes that changed.
 *
 * <p>Of two Nodes the older one is right: a CIDR is left out that contains the address of an older
 * Node, or overlaps an accepted CIDR of one. Equal CIDRs do not count as that; which of them gets
 * the pods is decided where routes are made. So accepted CIDRs are equal or have nothing in common.
 */
final class Acceptance {
  /** With more changes than that, to look at all Nodes is quicker. */
  private static final int FEW = 64;

  private final CidrRules rules;
  private final Map<String, Verdict> verdicts = new HashMap<>();
  private final RangeIndex accepted = new RangeIndex();
  private final RangeIndex addresses = new RangeIndex();
  // what is left out because of other Nodes, by the name of its Node
  private final Map<String, List<CidrRange>> contested = new HashMap<>();
  private final Set<Note> notes = new HashSet<>();
  private @Nullable ClusterSnapshot said;
  private @Nullable ClusterSnapshot current;

  /**
   * What the rules say of a Node.
   *
   * @param node the Node as it is in the cluster
   * @param claims its pod CIDRs
   */
  private record Screened(ClusterNode node, List<Claim> claims) {}

  /**
   * A pod CIDR.
   *
   * @param objection of the rules
   */
  private record Claim(IpPrefix cidr, CidrRange range, Optional<String> objection) {}

  /**
   * What came of a Node.
   *
   * @param accepted the Node with what is accepted of it
   * @param ranges what is accepted
   */
  private record Verdict(Screened screened, ClusterNode accepted, List<CidrRange> ranges) {}

  Acceptance(CidrRules rules) {
    this.rules = rules;
  }

  /** The cluster with what is accepted of it. Nodes that stay as they were are equal. */
  ClusterSnapshot update(ClusterSnapshot now) {
    ClusterSnapshot result = current;
    if (result == null || !now.equals(said)) {
      if (!follow(now)) {
        decideAll(now);
      }
      result = notes.isEmpty() ? now : assemble(now);
      said = now;
      current = result;
    }
    return result;
  }

  /** What an operator should know of: a line for each CIDR that is left out. */
  Set<Note> notes() {
    return Collections.unmodifiableSet(notes);
  }

  private ClusterSnapshot assemble(ClusterSnapshot now) {
    List<ClusterNode> peers = new ArrayList<>(now.peers().size());
    for (ClusterNode peer : now.peers()) {
      peers.add(acceptedOf(peer));
    }
    return new ClusterSnapshot(now.self().map(this::acceptedOf), List.copyOf(peers));
  }

  private ClusterNode acceptedOf(ClusterNode node) {
    return Objects.requireNonNull(verdicts.get(node.name())).accepted;
  }

  /**
   * Goes on to {@code now} by the Nodes that changed.
   *
   * @return false if other Nodes may be concerned; then all has to be decided anew
   */
  private boolean follow(ClusterSnapshot now) {
    ClusterSnapshot before = said;
    if (before == null) {
      return false;
    }
    PeerChanges changes = PeerChanges.between(before.peers(), now.peers());
    List<ClusterNode> gone = new ArrayList<>(changes.gone());
    List<ClusterNode> come = new ArrayList<>(changes.come());
    if (!now.self().equals(before.self())) {
      before.self().ifPresent(gone::add);
      now.self().ifPresent(come::add);
    }
    if (gone.size() + come.size() > FEW) {
      return false;
    }
    List<CidrRange> freed = new ArrayList<>();
    for (ClusterNode node : gone) {
      Verdict verdict = remove(node);
      freed.addAll(verdict.ranges);
      freed.addAll(ranges(node.addresses()));
    }
    for (CidrRange range : freed) {
      if (isContested(range)) {
        return false;
      }
    }
    for (ClusterNode node : come) {
      if (!addAlone(screen(node, isSelf(node, now)))) {
        return false;
      }
    }
    return true;
  }

  /** Adds a Node that has nothing to do with others; returns false if it has. */
  private boolean addAlone(Screened screened) {
    for (CidrRange address : ranges(screened.node.addresses())) {
      if (accepted.overlapping(address).isPresent() || isContested(address)) {
        return false;
      }
    }
    for (Claim claim : screened.claims) {
      if (claim.objection.isEmpty() && isContested(claim.range)) {
        return false;
      }
    }
    decide(screened, null);
    return !contested.containsKey(screened.node.name());
  }

  /** Decides about all Nodes, the oldest first. */
  private void decideAll(ClusterSnapshot now) {
    Map<String, Verdict> before = new HashMap<>(verdicts);
    verdicts.clear();
    accepted.clear();
    addresses.clear();
    contested.clear();
    notes.clear();
    List<ClusterNode> nodes = new ArrayList<>(now.peers());
    now.self().ifPresent(nodes::add);
    nodes.sort(ClusterNodes.OLDEST_FIRST);
    for (ClusterNode node : nodes) {
      Verdict known = before.get(node.name());
      Screened screened =
          known != null && known.screened.node.equals(node)
              ? known.screened
              : screen(node, isSelf(node, now));
      decide(screened, known);
    }
  }

  private Screened screen(ClusterNode node, boolean self) {
    List<Claim> claims = new ArrayList<>(node.podCidrs().size());
    for (IpPrefix cidr : node.podCidrs()) {
      CidrRange range = CidrRange.of(cidr);
      claims.add(new Claim(cidr, range, rules.objection(range, self)));
    }
    return new Screened(node, claims);
  }

  /**
   * Decides about a Node, all older ones being decided about.
   *
   * @param before what came of it the last time
   */
  private void decide(Screened screened, @Nullable Verdict before) {
    ClusterNode node = screened.node;
    List<IpPrefix> used = new ArrayList<>(screened.claims.size());
    List<CidrRange> ranges = new ArrayList<>(screened.claims.size());
    List<LeftOutCidr> leftOut = new ArrayList<>(node.leftOut());
    for (Claim claim : screened.claims) {
      Optional<String> rivalry = claim.objection.isEmpty() ? rival(claim.range) : Optional.empty();
      Optional<String> objection = claim.objection.or(() -> rivalry);
      if (objection.isEmpty()) {
        accepted.add(claim.range, claim.cidr + " of node " + node.name());
        used.add(claim.cidr);
        ranges.add(claim.range);
      } else {
        leftOut.add(new LeftOutCidr(claim.cidr.toString(), objection.get()));
        notes.add(note(node.name(), claim.cidr.toString(), objection.get()));
      }
      if (rivalry.isPresent()) {
        contested.computeIfAbsent(node.name(), name -> new ArrayList<>()).add(claim.range);
      }
    }
    for (LeftOutCidr unreadable : node.leftOut()) {
      notes.add(note(node.name(), unreadable.cidr(), unreadable.reason()));
    }
    for (InetAddress address : node.addresses()) {
      addresses.add(
          CidrRange.of(address),
          IpAddresses.format(address) + ", an address of node " + node.name());
    }
    ClusterNode result =
        leftOut.equals(node.leftOut())
            ? node
            : node.withPodCidrs(List.copyOf(used), List.copyOf(leftOut));
    verdicts.put(
        node.name(),
        new Verdict(
            screened,
            before != null && before.accepted.equals(result) ? before.accepted : result,
            ranges));
  }

  /** What older Nodes have that speaks against {@code range}. */
  private Optional<String> rival(CidrRange range) {
    Optional<RangeIndex.Entry> address = addresses.within(range);
    if (address.isPresent()) {
      return Optional.of("it contains " + address.get().label());
    }
    return accepted
        .overlapping(range)
        .filter(other -> !other.range().equals(range))
        .map(other -> "it overlaps " + other.label());
  }

  private Verdict remove(ClusterNode node) {
    Verdict verdict = Objects.requireNonNull(verdicts.remove(node.name()));
    verdict.ranges.forEach(accepted::remove);
    ranges(node.addresses()).forEach(addresses::remove);
    contested.remove(node.name());
    for (LeftOutCidr leftOut : verdict.accepted.leftOut()) {
      notes.remove(note(node.name(), leftOut.cidr(), leftOut.reason()));
    }
    return verdict;
  }

  private boolean isContested(CidrRange range) {
    for (List<CidrRange> ranges : contested.values()) {
      for (CidrRange other : ranges) {
        if (other.overlaps(range)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isSelf(ClusterNode node, ClusterSnapshot now) {
    return now.self().isPresent() && now.self().get().name().equals(node.name());
  }

  private static List<CidrRange> ranges(List<InetAddress> addresses) {
    List<CidrRange> ranges = new ArrayList<>(addresses.size());
    for (InetAddress address : addresses) {
      ranges.add(CidrRange.of(address));
    }
    return ranges;
  }

  private static Note note(String node, String cidr, String reason) {
    return new Note(true, "pod CIDR " + cidr + " of node " + node + " is left out: " + reason);
  }
}
