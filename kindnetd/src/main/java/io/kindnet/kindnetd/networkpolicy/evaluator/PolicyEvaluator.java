package io.kindnet.kindnetd.networkpolicy.evaluator;

import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Action;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Peer;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.cluster.policies.Tier;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides about connections, one after the other, by asking every policy each time.
 *
 * <p>After the API: {@code NetworkPolicySpec} of networking.k8s.io/v1, {@code
 * ClusterNetworkPolicySpec} of policy.networking.k8s.io/v1alpha2.
 */
public final class PolicyEvaluator {
  /** Within a tier of ClusterNetworkPolicies; of equal priorities the API says nothing. */
  private static final Comparator<Policy> ORDER =
      Comparator.comparingInt(Policy::priority).thenComparing(Policy::fullName);

  private final ClusterState state;
  private final RuleMatcher matcher;

  public PolicyEvaluator(ClusterState state) {
    this.state = state;
    this.matcher = new RuleMatcher(state);
  }

  /**
   * The pod that has this address, if any. Pods in the network of their node are not told by it,
   * and pods that have ended have given it up.
   */
  public Optional<ClusterPod> podAt(InetAddress address) {
    return state.pods().stream()
        .filter(RuleMatcher::isManaged)
        .filter(pod -> pod.addresses().contains(address))
        .min(Comparator.comparing(PolicyEvaluator::name));
  }

  /** The policies that select a pod in this direction, by tier and in the order of the tier. */
  public List<Policy> selecting(ClusterPod pod, Direction direction) {
    return state.policies().stream()
        .filter(policy -> policy.rules(direction).isPresent())
        .filter(policy -> matcher.selects(policy.subject(), pod))
        .sorted(Comparator.comparing(Policy::tier).thenComparing(ORDER))
        .toList();
  }

  /** The domain names that a peer stands for at the moment, by the addresses that have them. */
  public Map<InetAddress, Set<String>> addresses(Peer.DomainNames peer) {
    Map<InetAddress, Set<String>> addresses = new HashMap<>();
    for (InetAddress address : state.domainNames().keySet()) {
      Set<String> names = matcher.names(peer, address);
      if (!names.isEmpty()) {
        addresses.put(address, names);
      }
    }
    return addresses;
  }

  /** What becomes of {@code connection}. */
  public Verdict evaluate(Connection connection) {
    ClusterPod source = podAt(connection.source()).orElse(null);
    ClusterPod destination = podAt(connection.destination()).orElse(null);
    boolean self = source != null && destination != null && name(source).equals(name(destination));
    List<DirectionVerdict> directions = new ArrayList<>();
    if (source != null) {
      directions.add(
          self
              ? allowed(Direction.EGRESS, source, "a pod always reaches itself")
              : evaluate(Direction.EGRESS, source, destination, connection));
    }
    if (destination != null) {
      directions.add(
          self
              ? allowed(Direction.INGRESS, destination, "a pod always reaches itself")
              : source == null && isOwnNode(connection.source(), destination)
                  ? allowed(Direction.INGRESS, destination, "its own node always reaches a pod")
                  : evaluate(Direction.INGRESS, destination, source, connection));
    }
    return new Verdict(directions);
  }

  private static DirectionVerdict allowed(Direction direction, ClusterPod pod, String reason) {
    return new DirectionVerdict(direction, name(pod), /* allowed= */ true, reason, List.of());
  }

  private boolean isOwnNode(InetAddress address, ClusterPod pod) {
    for (LabelledNode node : state.nodes()) {
      if (node.name().equals(pod.node()) && node.addresses().contains(address)) {
        return true;
      }
    }
    return state.hostAddresses().getOrDefault(pod.node(), Set.of()).contains(address);
  }

  private DirectionVerdict evaluate(
      Direction direction, ClusterPod pod, @Nullable ClusterPod other, Connection connection) {
    List<Policy> selecting = selecting(pod, direction);
    RuleMatcher.Side side = new RuleMatcher.Side(direction, pod, Optional.ofNullable(other));
    List<TierVerdict> tiers = new ArrayList<>();
    for (Tier tier : Tier.values()) {
      List<Policy> policies = selecting.stream().filter(policy -> policy.tier() == tier).toList();
      TierVerdict verdict =
          tier == Tier.NETWORK_POLICY
              ? namespaced(policies, side, connection)
              : ordered(tier, policies, side, connection);
      tiers.add(verdict);
      if (verdict.decision() == Decision.ACCEPT || verdict.decision() == Decision.DENY) {
        boolean allowed = verdict.decision() == Decision.ACCEPT;
        return new DirectionVerdict(direction, name(pod), allowed, verdict.reason(), tiers);
      }
    }
    return new DirectionVerdict(
        direction, name(pod), /* allowed= */ true, "no policy speaks of it", tiers);
  }

  /** The first rule that matches decides. */
  private TierVerdict ordered(
      Tier tier, List<Policy> policies, RuleMatcher.Side side, Connection connection) {
    Optional<TierVerdict> unusable = unusable(tier, policies, side.direction());
    if (unusable.isPresent()) {
      return unusable.get();
    }
    for (Policy policy : policies) {
      for (PolicyRule rule : rules(policy, side.direction()).rules()) {
        if (matcher.matches(rule, side, connection)) {
          return byRule(tier, policies, policy, rule);
        }
      }
    }
    String reason = policies.isEmpty() ? "no policy selects the pod" : "no rule matches";
    return new TierVerdict(
        tier, Decision.NONE, names(policies), List.of(), Optional.empty(), reason);
  }

  /** Whatever one of them allows is allowed, and nothing else. */
  private TierVerdict namespaced(
      List<Policy> policies, RuleMatcher.Side side, Connection connection) {
    Tier tier = Tier.NETWORK_POLICY;
    TierVerdict first = ordered(tier, policies, side, connection);
    if (policies.isEmpty() || first.decision() != Decision.NONE) {
      return first;
    }
    List<String> names = names(policies);
    return new TierVerdict(
        tier,
        Decision.DENY,
        names,
        names,
        Optional.empty(),
        "default deny of " + String.join(", ", names));
  }

  private static Optional<TierVerdict> unusable(
      Tier tier, List<Policy> policies, Direction direction) {
    for (Policy policy : policies) {
      Optional<String> problem = rules(policy, direction).problem();
      if (problem.isPresent()) {
        return Optional.of(
            new TierVerdict(
                tier,
                Decision.DENY,
                names(policies),
                List.of(policy.fullName()),
                Optional.empty(),
                policy.fullName() + " cannot be followed: " + problem.get()));
      }
    }
    return Optional.empty();
  }

  private static TierVerdict byRule(
      Tier tier, List<Policy> policies, Policy policy, PolicyRule rule) {
    return new TierVerdict(
        tier,
        decision(rule.action()),
        names(policies),
        List.of(policy.fullName()),
        Optional.of(rule.place()),
        policy.fullName() + ", " + rule.place());
  }

  private static Decision decision(Action action) {
    return switch (action) {
      case ACCEPT -> Decision.ACCEPT;
      case DENY -> Decision.DENY;
      case PASS -> Decision.PASS;
    };
  }

  private static PolicyRules rules(Policy policy, Direction direction) {
    return policy.rules(direction).orElseThrow();
  }

  private static List<String> names(List<Policy> policies) {
    return policies.stream().map(Policy::fullName).toList();
  }

  private static String name(ClusterPod pod) {
    return pod.namespace() + "/" + pod.name();
  }
}
