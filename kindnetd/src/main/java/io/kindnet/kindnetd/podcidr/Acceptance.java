package io.kindnet.kindnetd.podcidr;

import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterNode.LeftOutCidr;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.kindnetd.cluster.nodes.PeerChanges;
import io.kindnet.kindnetd.status.Diagnostic;
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
 * {@link #update} computes for all Nodes only where a change may reach further than the Nodes that
 * changed.
 *
 * <p>Of two Nodes the older one is right: a CIDR is left out that contains the address of an older
 * Node, or overlaps an accepted CIDR of one. Equal CIDRs do not count as that; which of them gets
 * the pods is decided where routes are made.
 */
final class Acceptance {
  /** With more changes than that, to look at all Nodes is quicker. */
  private static final int FEW = 64;

  private final CidrRules rules;
  private final Map<String, Decision> decisions = new HashMap<>();
  private final ClaimIndex index = new ClaimIndex();
  // what is left out because of other Nodes, by the name of its Node
  private final Map<String, List<CidrRange>> contested = new HashMap<>();
  private final Set<Diagnostic> diagnostics = new HashSet<>();
  private @Nullable ClusterSnapshot input;
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
  private record Decision(Screened screened, ClusterNode accepted, List<CidrRange> ranges) {}

  Acceptance(CidrRules rules) {
    this.rules = rules;
  }

  /** The cluster with what is accepted of it. Nodes that stay as they were are equal. */
  ClusterSnapshot update(ClusterSnapshot now) {
    ClusterSnapshot result = current;
    if (result == null || !now.equals(input)) {
      if (!advanceTo(now)) {
        decideAll(now);
      }
      result = diagnostics.isEmpty() ? now : assemble(now);
      input = now;
      current = result;
    }
    return result;
  }

  /** What an operator should know of: a line for each CIDR that is left out. */
  Set<Diagnostic> diagnostics() {
    return Collections.unmodifiableSet(diagnostics);
  }

  private ClusterSnapshot assemble(ClusterSnapshot now) {
    List<ClusterNode> peers = new ArrayList<>(now.peers().size());
    for (ClusterNode peer : now.peers()) {
      peers.add(acceptedOf(peer));
    }
    return new ClusterSnapshot(now.self().map(this::acceptedOf), List.copyOf(peers));
  }

  private ClusterNode acceptedOf(ClusterNode node) {
    return Objects.requireNonNull(decisions.get(node.name())).accepted;
  }

  /** Decides about all Nodes, the oldest first. */
  private void decideAll(ClusterSnapshot now) {
    Map<String, Decision> before = new HashMap<>(decisions);
    decisions.clear();
    index.clear();
    contested.clear();
    diagnostics.clear();
    List<ClusterNode> nodes = new ArrayList<>(now.peers());
    now.self().ifPresent(nodes::add);
    nodes.sort(ClusterNodes.OLDEST_FIRST);
    for (ClusterNode node : nodes) {
      Decision known = before.get(node.name());
      Screened screened =
          known != null && known.screened.node.equals(node)
              ? known.screened
              : screen(node, isSelf(node, now));
      if (!decide(screened, known)) {
        throw new IllegalStateException("node " + node.name() + " is younger than those decided");
      }
    }
  }

  /**
   * Goes on to {@code now} by the Nodes that changed, and those whose claims overlap theirs.
   *
   * @return false if others may be concerned; then all has to be decided again
   */
  private boolean advanceTo(ClusterSnapshot now) {
    ClusterSnapshot before = input;
    if (before == null) {
      return false;
    }
    PeerChanges changes = PeerChanges.between(before.peers(), now.peers());
    List<ClusterNode> removed = new ArrayList<>(changes.removed());
    List<ClusterNode> added = new ArrayList<>(changes.added());
    if (!now.self().equals(before.self())) {
      before.self().ifPresent(removed::add);
      now.self().ifPresent(added::add);
    }
    if (removed.size() + added.size() > FEW) {
      return false;
    }
    List<CidrRange> touched = new ArrayList<>();
    for (ClusterNode node : removed) {
      Decision decision = remove(node.name());
      touched.addAll(decision.ranges);
      touched.addAll(ranges(node.addresses()));
    }
    for (ClusterNode node : added) {
      if (index.areAddressesClaimed(node)
          || !decide(screen(node, isSelf(node, now)), /* before= */ null)) {
        return false;
      }
      touched.addAll(Objects.requireNonNull(decisions.get(node.name())).ranges);
      touched.addAll(ranges(node.addresses()));
    }
    Set<String> concerned = contestedAmong(touched);
    if (concerned.size() > FEW) {
      return false;
    }
    for (String name : concerned) {
      Decision decision = remove(name);
      if (!decide(decision.screened, decision)
          || !Objects.requireNonNull(decisions.get(name)).ranges.equals(decision.ranges)) {
        return false;
      }
    }
    return true;
  }

  private Screened screen(ClusterNode node, boolean self) {
    List<Claim> claims = new ArrayList<>(node.podCidrs().size());
    for (IpPrefix cidr : node.podCidrs()) {
      CidrRange range = CidrRange.of(cidr);
      claims.add(new Claim(cidr, range, rules.objection(range, self)));
    }
    return new Screened(node, List.copyOf(claims));
  }

  /**
   * Decides about a Node, all older ones being decided about.
   *
   * @param before what came of it the last time
   * @return false if this cannot be decided without looking at more Nodes
   */
  private boolean decide(Screened screened, @Nullable Decision before) {
    ClusterNode node = screened.node;
    List<IpPrefix> used = new ArrayList<>(screened.claims.size());
    List<CidrRange> ranges = new ArrayList<>(screened.claims.size());
    List<LeftOutCidr> leftOut = new ArrayList<>(node.leftOut());
    for (Claim claim : screened.claims) {
      Optional<String> objection = claim.objection;
      if (objection.isEmpty()) {
        ClaimIndex.Conflict conflict = index.conflict(claim.range, node);
        if (conflict.isUndecided()) {
          return false;
        }
        objection = conflict.objection();
        if (objection.isPresent()) {
          contested.computeIfAbsent(node.name(), name -> new ArrayList<>(1)).add(claim.range);
        }
      }
      if (objection.isPresent()) {
        leftOut.add(new LeftOutCidr(claim.cidr.toString(), objection.get()));
      } else {
        index.addAccepted(node, claim.range);
        used.add(claim.cidr);
        ranges.add(claim.range);
      }
    }
    index.addAddresses(node);
    for (LeftOutCidr cidr : leftOut) {
      diagnostics.add(diagnostic(node, cidr));
    }
    ClusterNode accepted =
        leftOut.equals(node.leftOut())
            ? node
            : node.withPodCidrs(List.copyOf(used), List.copyOf(leftOut));
    // the same as before where nothing changed, so that it need not be compared in whole
    if (before != null && before.accepted.equals(accepted)) {
      accepted = before.accepted;
    }
    decisions.put(node.name(), new Decision(screened, accepted, List.copyOf(ranges)));
    return true;
  }

  private Decision remove(String name) {
    Decision decision = Objects.requireNonNull(decisions.remove(name));
    ClusterNode node = decision.screened.node;
    for (CidrRange range : decision.ranges) {
      index.removeAccepted(node, range);
    }
    index.removeAddresses(node);
    contested.remove(name);
    for (LeftOutCidr leftOut : decision.accepted.leftOut()) {
      diagnostics.remove(diagnostic(node, leftOut));
    }
    return decision;
  }

  /** The Nodes of which something is left out that overlaps one of {@code touched}. */
  private Set<String> contestedAmong(List<CidrRange> touched) {
    Set<String> names = new HashSet<>();
    contested.forEach((name, ranges) -> {
      for (CidrRange range : ranges) {
        for (CidrRange other : touched) {
          if (range.overlaps(other)) {
            names.add(name);
          }
        }
      }
    });
    return names;
  }

  private static boolean isSelf(ClusterNode node, ClusterSnapshot now) {
    return now.self().isPresent() && now.self().get().name().equals(node.name());
  }

  private static List<CidrRange> ranges(List<InetAddress> addresses) {
    List<CidrRange> ranges = new ArrayList<>(addresses.size());
    for (InetAddress address : addresses) {
      ranges.add(CidrRange.of(address));
    }
    return ranges;
  }

  private static Diagnostic diagnostic(ClusterNode node, LeftOutCidr leftOut) {
    return new Diagnostic(
        true,
        "pod CIDR "
            + leftOut.cidr()
            + " of node "
            + node.name()
            + " is left out: "
            + leftOut.reason());
  }
}
