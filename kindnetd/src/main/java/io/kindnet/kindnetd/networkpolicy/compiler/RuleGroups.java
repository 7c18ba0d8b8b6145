package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyPort;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rules with the same verdict, those with the same ports put together: their peers are one list,
 * which one look-up goes through.
 */
final class RuleGroups {
  private final PodClass podClass;
  private final Map<PortSelection, Group> byNumber = new LinkedHashMap<>();
  private final Map<PolicyPort.Named, Group> byName = new LinkedHashMap<>();

  RuleGroups(PodClass podClass) {
    this.podClass = podClass;
  }

  /** Peers of rules with the same ports, and where these stand. */
  static final class Group {
    private final Peers.Builder peers = new Peers.Builder();
    private final List<String> places = new ArrayList<>();

    Peers peers() {
      return peers.build();
    }

    String comment() {
      return Names.comment("", places);
    }

    private void add(Policy policy, PolicyRule rule) {
      peers.addAll(rule.peers());
      places.add(policy.fullName() + " " + rule.place());
    }
  }

  void add(Policy policy, PolicyRule rule) {
    if (rule.ports().isEmpty()) {
      group(byNumber, PortSelection.ALL).add(policy, rule);
      return;
    }
    PortSelection.Builder numbers = new PortSelection.Builder();
    for (PolicyPort port : rule.ports()) {
      switch (port) {
        case PolicyPort.Range range -> numbers.add(range.protocol(), range.first(), range.last());
        case PolicyPort.Named named -> {
          if (podClass.direction() == Direction.INGRESS) {
            numbers.addAll(podClass.ports().getOrDefault(named, PortSelection.NOTHING));
          } else {
            group(byName, named).add(policy, rule);
          }
        }
      }
    }
    PortSelection selection = numbers.build();
    if (!selection.isNothing()) {
      group(byNumber, selection).add(policy, rule);
    }
  }

  private static <K> Group group(Map<K, Group> groups, K key) {
    return groups.computeIfAbsent(key, _ -> new Group());
  }

  Map<PortSelection, Group> byNumber() {
    return byNumber;
  }

  /** Those of egress, where each destination has its own numbers. */
  Map<PolicyPort.Named, Group> byName() {
    return byName;
  }
}
