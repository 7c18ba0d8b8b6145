package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyPort;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What pods have in common that are treated alike in one direction.
 *
 * @param name that of its chain; the same as long as the policies keep their names, whatever they
 *     say
 * @param policies those that select the pods and say something of the direction: at least one, in
 *     the order in which they are asked
 * @param ports what the pods' containers mean by the names of ports in rules of ingress
 */
record PodClass(
    Direction direction,
    String name,
    List<Policy> policies,
    Map<PolicyPort.Named, PortSelection> ports) {

  static PodClass of(
      Direction direction, List<Policy> policies, Map<PolicyPort.Named, PortSelection> ports) {
    List<String> names = names(policies);
    TreeMap<String, String> numbers = new TreeMap<>();
    ports.forEach((port, selection) -> numbers.put(port.toString(), selection.toString()));
    List<String> identity = new ArrayList<>();
    policies.forEach(policy -> identity.add(policy.tier() + " " + policy.fullName()));
    String chain = Names.chain(PolicyTable.word(direction), names, identity + "|" + numbers);
    return new PodClass(direction, chain, policies, ports);
  }

  static List<String> names(List<Policy> policies) {
    return policies.stream().map(Policy::fullName).toList();
  }

  List<Policy> policies(Tier tier) {
    return policies.stream().filter(policy -> policy.tier() == tier).toList();
  }

  /** Whether {@code other} has the same policies, in the state in which this one has them. */
  boolean isSame(PodClass other) {
    return policies.equals(other.policies) && ports.equals(other.ports);
  }
}
