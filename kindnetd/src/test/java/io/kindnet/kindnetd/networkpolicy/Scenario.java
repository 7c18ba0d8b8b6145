package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A cluster with policies.
 *
 * @param namespaces labels by name
 * @param answers the addresses of domain names, in lower case, without a final dot
 */
record Scenario(
    Map<String, Labels> namespaces,
    List<LabelledNode> nodes,
    List<ClusterPod> pods,
    List<Policy> policies,
    Map<String, Set<InetAddress>> answers) {

  /** Without domain names. */
  Scenario(
      Map<String, Labels> namespaces,
      List<LabelledNode> nodes,
      List<ClusterPod> pods,
      List<Policy> policies) {
    this(namespaces, nodes, pods, policies, Map.of());
  }

  ClusterState state() {
    Map<String, ClusterNamespace> byName = new LinkedHashMap<>();
    namespaces.forEach((name, labels) -> byName.put(name, new ClusterNamespace(name, labels)));
    Map<InetAddress, Set<String>> names = new HashMap<>();
    answers.forEach((name, addresses) ->
        addresses.forEach(
            address -> names.computeIfAbsent(address, _ -> new HashSet<>()).add(name)));
    return new ClusterState(policies, byName, pods, nodes, Map.of(), names);
  }

  /** All that are one thing smaller than this one, the largest steps first. */
  List<Scenario> smaller() {
    List<Scenario> smaller = new ArrayList<>();
    for (int i = 0; i < policies.size(); i++) {
      smaller.add(new Scenario(namespaces, nodes, pods, without(policies, i), answers));
    }
    for (int i = 0; i < pods.size(); i++) {
      smaller.add(new Scenario(namespaces, nodes, without(pods, i), policies, answers));
    }
    for (int i = 0; i < policies.size(); i++) {
      for (Policy policy : smaller(policies.get(i))) {
        smaller.add(new Scenario(namespaces, nodes, pods, with(policies, i, policy), answers));
      }
    }
    return smaller;
  }

  private static List<Policy> smaller(Policy policy) {
    List<Policy> smaller = new ArrayList<>();
    for (Direction direction : Direction.values()) {
      Optional<PolicyRules> rules = policy.rules(direction);
      if (rules.isEmpty()) {
        continue;
      }
      smaller.add(with(policy, direction, Optional.empty()));
      List<PolicyRule> list = rules.get().rules();
      for (int i = 0; i < list.size(); i++) {
        smaller.add(with(policy, direction, Optional.of(PolicyRules.of(without(list, i)))));
        for (PolicyRule rule : smaller(list.get(i))) {
          smaller.add(with(policy, direction, Optional.of(PolicyRules.of(with(list, i, rule)))));
        }
      }
    }
    return smaller;
  }

  private static List<PolicyRule> smaller(PolicyRule rule) {
    List<PolicyRule> smaller = new ArrayList<>();
    for (int i = 0; i < rule.peers().size(); i++) {
      smaller.add(
          new PolicyRule(rule.place(), rule.action(), without(rule.peers(), i), rule.ports()));
    }
    for (int i = 0; i < rule.ports().size(); i++) {
      smaller.add(
          new PolicyRule(rule.place(), rule.action(), rule.peers(), without(rule.ports(), i)));
    }
    return smaller;
  }

  private static Policy with(Policy policy, Direction direction, Optional<PolicyRules> rules) {
    return new Policy(
        policy.tier(),
        policy.namespace(),
        policy.name(),
        policy.uid(),
        policy.priority(),
        policy.subject(),
        direction == Direction.INGRESS ? rules : policy.ingress(),
        direction == Direction.EGRESS ? rules : policy.egress());
  }

  private static <T> List<T> without(List<T> list, int index) {
    List<T> shorter = new ArrayList<>(list);
    shorter.remove(index);
    return shorter;
  }

  private static <T> List<T> with(List<T> list, int index, T element) {
    List<T> changed = new ArrayList<>(list);
    changed.set(index, element);
    return changed;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    namespaces.forEach((name, labels) -> text.append(name).append(' ').append(labels).append('\n'));
    nodes.forEach(node -> text.append(node).append('\n'));
    pods.forEach(pod -> text.append(pod).append('\n'));
    policies.forEach(policy -> text.append(policy).append('\n'));
    answers.forEach((name, addresses) -> text.append(name).append(addresses).append('\n'));
    return text.toString();
  }
}
