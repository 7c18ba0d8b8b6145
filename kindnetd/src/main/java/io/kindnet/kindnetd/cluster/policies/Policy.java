package io.kindnet.kindnetd.cluster.policies;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A NetworkPolicy or a ClusterNetworkPolicy.
 *
 * @param tier where it stands
 * @param namespace empty for a ClusterNetworkPolicy
 * @param uid {@code metadata.uid}
 * @param priority of a ClusterNetworkPolicy, the lowest is asked first; 0 for a NetworkPolicy
 * @param subject the pods that it is about
 * @param ingress empty where it says nothing of this direction
 * @param egress empty where it says nothing of this direction
 */
public record Policy(
    Tier tier,
    String namespace,
    String name,
    String uid,
    int priority,
    PodSelector subject,
    Optional<PolicyRules> ingress,
    Optional<PolicyRules> egress) {
  /** What it says of {@code direction}. */
  public Optional<PolicyRules> rules(Direction direction) {
    return direction == Direction.INGRESS ? ingress : egress;
  }

  /** Whether it has to be known which Nodes there are. */
  public boolean isAboutNodes() {
    return Stream.of(ingress, egress)
        .flatMap(Optional::stream)
        .flatMap(rules -> rules.rules().stream())
        .flatMap(rule -> rule.peers().stream())
        .anyMatch(Peer.Nodes.class::isInstance);
  }

  /** The places of rules that are about domain names. */
  public List<String> placesOfDomainNames() {
    return egress.stream()
        .flatMap(rules -> rules.rules().stream())
        .filter(rule -> rule.peers().stream().anyMatch(Peer.DomainNames.class::isInstance))
        .map(PolicyRule::place)
        .toList();
  }

  /** {@code NAMESPACE/NAME}, or {@code NAME}. */
  public String fullName() {
    return namespace.isEmpty() ? name : namespace + "/" + name;
  }
}
