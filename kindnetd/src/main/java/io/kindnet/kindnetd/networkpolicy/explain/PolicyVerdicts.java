package io.kindnet.kindnetd.networkpolicy.explain;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import io.kindnet.kindnetd.networkpolicy.evaluator.Connection;
import io.kindnet.kindnetd.networkpolicy.evaluator.DirectionVerdict;
import io.kindnet.kindnetd.networkpolicy.evaluator.PolicyEvaluator;
import io.kindnet.kindnetd.networkpolicy.evaluator.TierVerdict;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What policies say of connections, in a few words. */
public final class PolicyVerdicts {
  private final PolicyEvaluator evaluator;

  /**
   * @param tiers those that are enforced
   */
  public PolicyVerdicts(ClusterState state, Set<Tier> tiers) {
    this.evaluator = new PolicyEvaluator(enforced(state, tiers));
  }

  /** The cluster with only the policies that are enforced. */
  static ClusterState enforced(ClusterState state, Set<Tier> tiers) {
    return new ClusterState(
        state.policies().stream().filter(policy -> tiers.contains(policy.tier())).toList(),
        state.namespaces(),
        state.pods(),
        state.nodes(),
        state.hostAddresses(),
        state.domainNames());
  }

  /**
   * What they say of a connection, a line for each end that is a pod; none where no end is.
   *
   * @param destination after it was translated
   * @param protocol {@code IPPROTO_}
   * @param port of the destination; 0 for none
   */
  public List<String> of(InetAddress source, InetAddress destination, int protocol, int port) {
    Optional<TransportProtocol> transport =
        Optional.ofNullable(TransportProtocol.numbered((byte) protocol));
    List<String> lines = new ArrayList<>();
    for (DirectionVerdict direction :
        evaluator
            .evaluate(
                new Connection(source, destination, transport, transport.isPresent() ? port : 0))
            .directions()) {
      lines.add(
          direction.direction().name().toLowerCase(Locale.ROOT)
              + " of "
              + direction.pod()
              + (direction.allowed() ? ": allowed, " : ": denied, ")
              + direction.reason()
              + policies(direction));
    }
    return lines;
  }

  /** Those that the reason does not name already. */
  private static String policies(DirectionVerdict direction) {
    List<String> policies =
        direction.tiers().stream()
            .map(TierVerdict::policies)
            .flatMap(List::stream)
            .distinct()
            .filter(policy -> !direction.reason().contains(policy))
            .toList();
    return policies.isEmpty() ? "" : " (" + String.join(", ", policies) + ")";
  }
}
