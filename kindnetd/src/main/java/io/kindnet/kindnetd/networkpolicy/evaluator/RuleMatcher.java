package io.kindnet.kindnetd.networkpolicy.evaluator;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.NamedPort;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.Peer;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import io.kindnet.kindnetd.cluster.policies.PolicyPort;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which pods are selected, and which rules match a connection. */
final class RuleMatcher {
  private final ClusterState state;

  RuleMatcher(ClusterState state) {
    this.state = state;
  }

  /**
   * An end of a connection, and whom it sees at the other.
   *
   * @param pod the pod at this end
   * @param other the pod at the other end, if one is there
   */
  record Side(Direction direction, ClusterPod pod, Optional<ClusterPod> other) {
    InetAddress otherAddress(Connection connection) {
      return direction == Direction.INGRESS ? connection.source() : connection.destination();
    }

    /** The pod whose containers name the port. */
    Optional<ClusterPod> destination() {
      return direction == Direction.INGRESS ? Optional.of(pod) : other;
    }
  }

  /** Whether policies are about a pod at all, as subject or as peer. */
  static boolean isManaged(ClusterPod pod) {
    return !pod.hostNetwork() && !pod.isTerminated();
  }

  boolean selects(PodSelector selector, ClusterPod pod) {
    return isManaged(pod)
        && selector.namespace().map(pod.namespace()::equals).orElse(true)
        && selectsNamespace(selector.namespaces(), pod.namespace())
        && selector.pods().matches(pod.labels());
  }

  /** A namespace of which nothing is known yet is selected where all are. */
  private boolean selectsNamespace(LabelSelector selector, String name) {
    ClusterNamespace namespace = state.namespaces().get(name);
    return selector.selectsEverything()
        || (namespace != null && selector.matches(namespace.labels()));
  }

  /**
   * Whether one of the rule's peers and one of its ports match. Domain names have no named ports,
   * and the API takes no rule with both: one of them matches by a number only, also where the
   * address that it has is that of a pod.
   */
  boolean matches(PolicyRule rule, Side side, Connection connection) {
    List<PolicyPort> ports =
        rule.ports().stream().filter(port -> matches(port, side, connection)).toList();
    if (ports.isEmpty() && !rule.ports().isEmpty()) {
      return false;
    }
    boolean byNumber =
        rule.ports().isEmpty() || ports.stream().anyMatch(PolicyPort.Range.class::isInstance);
    return rule.peers().isEmpty()
        || rule.peers().stream()
            .filter(peer -> byNumber || !(peer instanceof Peer.DomainNames))
            .anyMatch(peer -> matches(peer, side, connection));
  }

  private boolean matches(Peer peer, Side side, Connection connection) {
    InetAddress address = side.otherAddress(connection);
    return switch (peer) {
      case Peer.Pods pods -> side.other().filter(pod -> selects(pods.selector(), pod)).isPresent();
      case Peer.Block block ->
          block.cidr().contains(address)
              && block.except().stream().noneMatch(except -> except.contains(address));
      case Peer.DomainNames names -> !names(names, address).isEmpty();
      case Peer.Nodes nodes ->
          state.nodes().stream()
              .anyMatch(node ->
                  nodes.selector().matches(node.labels()) && node.addresses().contains(address));
    };
  }

  /** The names of an address that a peer means. */
  Set<String> names(Peer.DomainNames peer, InetAddress address) {
    Set<String> meant = new TreeSet<>(state.domainNames().getOrDefault(address, Set.of()));
    meant.removeIf(name -> peer.names().stream().noneMatch(pattern -> isMeant(name, pattern)));
    return meant;
  }

  /** Label by label, so that a dot within a label is none between two. */
  private static boolean isMeant(String name, String pattern) {
    List<String> labels = List.of(name.split("(?<!\\\\)\\.", -1));
    List<String> wanted = List.of(pattern.split("\\.", -1));
    if (!wanted.getFirst().equals("*")) {
      return labels.equals(wanted);
    }
    int more = labels.size() - wanted.size() + 1;
    return more > 0 && labels.subList(more, labels.size()).equals(wanted.subList(1, wanted.size()));
  }

  /** A connection without ports matches none, not even every port of a protocol. */
  private static boolean matches(PolicyPort port, Side side, Connection connection) {
    if (connection.protocol().isEmpty()) {
      return false;
    }
    TransportProtocol protocol = connection.protocol().get();
    return switch (port) {
      case PolicyPort.Range range ->
          range.protocol() == protocol
              && range.first() <= connection.port()
              && connection.port() <= range.last();
      case PolicyPort.Named named ->
          named.protocol().map(one -> one == protocol).orElse(true)
              && side.destination()
                  .filter(pod -> names(pod, named.name(), protocol, connection.port()))
                  .isPresent();
    };
  }

  private static boolean names(
      ClusterPod pod, String name, TransportProtocol protocol, int number) {
    for (NamedPort port : pod.ports()) {
      if (port.name().equals(name)
          && port.protocol().equalsIgnoreCase(protocol.toString())
          && port.port() == number) {
        return true;
      }
    }
    return false;
  }
}
