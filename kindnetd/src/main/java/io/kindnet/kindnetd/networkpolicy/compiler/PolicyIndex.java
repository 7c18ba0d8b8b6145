package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.NamedPort;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyPort;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import io.kindnet.kindnetd.cluster.policies.Tier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the policies that select a pod. */
final class PolicyIndex {
  /** The order within a tier; of policies with the same priority the API says nothing. */
  private static final Comparator<Policy> ORDER =
      Comparator.comparingInt(Policy::priority).thenComparing(Policy::fullName);

  private final List<Policy> admin;
  private final Map<String, List<Policy>> byNamespace = new HashMap<>();
  private final List<Policy> baseline;

  PolicyIndex(Collection<Policy> policies) {
    this.admin = sorted(policies, Tier.ADMIN);
    this.baseline = sorted(policies, Tier.BASELINE);
    for (Policy policy : sorted(policies, Tier.NETWORK_POLICY)) {
      byNamespace.computeIfAbsent(policy.namespace(), _ -> new ArrayList<>()).add(policy);
    }
  }

  private static List<Policy> sorted(Collection<Policy> policies, Tier tier) {
    return policies.stream().filter(policy -> policy.tier() == tier).sorted(ORDER).toList();
  }

  /**
   * The class of {@code pod}; empty if no policy that selects it says anything of the direction.
   */
  Optional<PodClass> classOf(ClusterPod pod, Direction direction, ClusterIndex cluster) {
    List<Policy> selecting = new ArrayList<>();
    for (List<Policy> tier :
        List.of(admin, byNamespace.getOrDefault(pod.namespace(), List.of()), baseline)) {
      for (Policy policy : tier) {
        if (policy.rules(direction).isPresent()
            && PeerMatcher.selects(policy.subject(), pod, cluster)) {
          selecting.add(policy);
        }
      }
    }
    return selecting.isEmpty()
        ? Optional.empty()
        : Optional.of(PodClass.of(direction, selecting, ports(pod, direction, selecting)));
  }

  private static Map<PolicyPort.Named, PortSelection> ports(
      ClusterPod pod, Direction direction, List<Policy> policies) {
    Map<PolicyPort.Named, PortSelection> ports = new HashMap<>();
    if (direction == Direction.EGRESS) {
      return ports;
    }
    for (Policy policy : policies) {
      for (PolicyRule rule : policy.rules(direction).orElseThrow().rules()) {
        for (PolicyPort port : rule.ports()) {
          if (port instanceof PolicyPort.Named named) {
            ports.computeIfAbsent(named, _ -> numbers(pod, named));
          }
        }
      }
    }
    return ports;
  }

  private static PortSelection numbers(ClusterPod pod, PolicyPort.Named named) {
    PortSelection.Builder numbers = new PortSelection.Builder();
    for (NamedPort port : NamedPortSet.ports(pod, named)) {
      TransportProtocol protocol = TransportProtocol.named(port.protocol());
      if (protocol != null) {
        numbers.add(protocol, port.port(), port.port());
      }
    }
    return numbers.build();
  }
}
