package io.kindnet.kindnetd.networkpolicy.explain;

import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.Peer;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import io.kindnet.kindnetd.networkpolicy.evaluator.Connection;
import io.kindnet.kindnetd.networkpolicy.evaluator.PolicyEvaluator;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Answers questions about a cluster. */
public final class PolicyExplainer {
  private static final Map<Tier, String> FLAGS =
      new EnumMap<>(
          Map.of(
              Tier.ADMIN, "--admin-network-policy",
              Tier.NETWORK_POLICY, "--network-policy",
              Tier.BASELINE, "--baseline-admin-network-policy"));

  /** So many addresses of domain names are said, of each rule. */
  private static final int MOST_ADDRESSES = 10;

  private final ClusterState state;
  private final PolicyEvaluator evaluator;
  private final List<String> notes = new ArrayList<>();

  /**
   * @param tiers those that are enforced
   */
  public PolicyExplainer(ClusterState state, Set<Tier> tiers) {
    this.state = PolicyVerdicts.enforced(state, tiers);
    this.evaluator = new PolicyEvaluator(this.state);
    for (Tier tier : Tier.values()) {
      long others = state.policies().stream().filter(policy -> policy.tier() == tier).count();
      if (others > 0 && !tiers.contains(tier)) {
        notes.add(
            others
                + (others == 1 ? " policy" : " policies")
                + " of the tier "
                + Words.of(tier)
                + (others == 1 ? " is" : " are")
                + " not asked, since "
                + FLAGS.get(tier)
                + " is off");
      }
    }
  }

  /**
   * What becomes of a connection, in each family that both ends have.
   *
   * @param from a pod as {@code NAMESPACE/NAME}, or an address
   * @param to the same; behind a Service, not the Service itself
   * @throws ExplainException naming what is not there
   */
  public PolicyExplanation explain(String from, String to, PortQuestion port)
      throws ExplainException {
    List<EndPoint> sources = endPoints(from);
    List<EndPoint> destinations = endPoints(to);
    sources.stream().findFirst().flatMap(EndPoint::pod).ifPresent(this::noteDomainNames);
    List<ExplainedConnection> connections = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      Optional<EndPoint> source = first(sources, family);
      Optional<EndPoint> destination = first(destinations, family);
      if (source.isPresent() && destination.isPresent()) {
        Connection connection =
            new Connection(
                source.get().address(),
                destination.get().address(),
                port.protocol(),
                port.number(destination.get().pod()));
        connections.add(
            new ExplainedConnection(
                source.get(),
                destination.get(),
                connection,
                evaluator.evaluate(connection),
                Optional.empty()));
      }
    }
    if (connections.isEmpty()) {
      throw new ExplainException(from + " and " + to + " have no address of the same family");
    }
    return new PolicyExplanation(connections, notes);
  }

  private static Optional<EndPoint> first(List<EndPoint> endPoints, AddressFamily family) {
    return endPoints.stream()
        .filter(endPoint -> AddressFamily.of(endPoint.address()) == family)
        .findFirst();
  }

  private List<EndPoint> endPoints(String text) throws ExplainException {
    if (!text.contains("/")) {
      return List.of(endPoint(text));
    }
    Optional<ClusterPod> named =
        state.pods().stream().filter(pod -> EndPoint.name(pod).equals(text)).findFirst();
    if (named.isEmpty()) {
      String namespace = text.substring(0, text.indexOf('/'));
      throw new ExplainException(
          state.namespaces().containsKey(namespace)
              ? "there is no pod " + text
              : "there is no namespace " + namespace + ", and so no pod " + text);
    }
    ClusterPod pod = named.get();
    if (pod.isTerminated()) {
      String phase = pod.phase().name().toLowerCase(Locale.ROOT);
      throw new ExplainException(
          "pod " + text + " has ended (" + phase + "), its addresses may be another pod's");
    }
    if (pod.addresses().isEmpty()) {
      throw new ExplainException("pod " + text + " has no address yet");
    }
    if (pod.hostNetwork()) {
      note("pod " + text + " is in the network of its node, so that no policy selects it");
    }
    List<EndPoint> endPoints = new ArrayList<>();
    for (InetAddress address : pod.addresses()) {
      endPoints.add(new EndPoint(address, named));
      evaluator
          .podAt(address)
          .filter(other -> !EndPoint.name(other).equals(text))
          .ifPresent(other ->
              note(
                  "pod "
                      + EndPoint.name(other)
                      + " has the address "
                      + IpAddresses.format(address)
                      + ", too"));
    }
    return endPoints;
  }

  private EndPoint endPoint(String text) throws ExplainException {
    try {
      InetAddress address = IpAddresses.parse(text);
      return new EndPoint(address, evaluator.podAt(address));
    } catch (IllegalArgumentException neither) {
      throw new ExplainException(
          "'" + text + "' is neither a pod, as NAMESPACE/NAME, nor an IP address");
    }
  }

  /** What the domain names mean at the moment that policies let a pod connect to. */
  private void noteDomainNames(ClusterPod pod) {
    for (Policy policy : evaluator.selecting(pod, Direction.EGRESS)) {
      for (PolicyRule rule : policy.rules(Direction.EGRESS).orElseThrow().rules()) {
        Map<InetAddress, Set<String>> addresses = new HashMap<>();
        List<Peer.DomainNames> peers =
            rule.peers().stream()
                .filter(Peer.DomainNames.class::isInstance)
                .map(Peer.DomainNames.class::cast)
                .toList();
        peers.forEach(peer -> addresses.putAll(evaluator.addresses(peer)));
        if (!peers.isEmpty()) {
          note(
              "domain names of "
                  + policy.fullName()
                  + ", "
                  + rule.place()
                  + ", have on this node now: "
                  + text(addresses));
        }
      }
    }
  }

  private static String text(Map<InetAddress, Set<String>> addresses) {
    List<String> texts = new ArrayList<>();
    addresses.forEach((address, names) ->
        texts.add(IpAddresses.format(address) + " (" + String.join(", ", names) + ")"));
    if (texts.isEmpty()) {
      return "no address, since no pod has asked for them lately";
    }
    Collections.sort(texts);
    int shown = Math.min(MOST_ADDRESSES, texts.size());
    String more = shown < texts.size() ? " and " + (texts.size() - shown) + " more" : "";
    return String.join(", ", texts.subList(0, shown)) + more;
  }

  private void note(String text) {
    if (!notes.contains(text)) {
      notes.add(text);
    }
  }
}
