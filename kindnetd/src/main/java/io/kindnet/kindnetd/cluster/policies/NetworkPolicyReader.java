package io.kindnet.kindnetd.cluster.policies;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.policies.LabelSelectorReader.ReadablePart;
import io.kindnet.kindnetd.kube.ApiAddresses;
import io.kindnet.kindnetd.kube.JsonResource;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads NetworkPolicies of {@code networking.k8s.io/v1}. What cannot be read makes the direction
 * that it belongs to unusable, and never the others.
 */
public final class NetworkPolicyReader {
  /** The NetworkPolicies of all namespaces. */
  public static final JsonResource<PolicyObject> NETWORK_POLICIES =
      new JsonResource<>(
          "apis/networking.k8s.io/v1/networkpolicies",
          "NetworkPolicies",
          json -> PolicyObject.of(json, read(json)),
          /* isOptional= */ false);

  private static final int MOST_PORT = 0xffff;
  private static final String PORT = "port";
  private static final String END_PORT = "endPort";
  private static final String IP_BLOCK = "ipBlock";
  private static final String POD_SELECTOR = "podSelector";
  private static final String NAMESPACE_SELECTOR = "namespaceSelector";
  private static final Set<String> PEER_FIELDS = Set.of(POD_SELECTOR, NAMESPACE_SELECTOR, IP_BLOCK);
  private static final Map<String, Direction> TYPES =
      Map.of("Ingress", Direction.INGRESS, "Egress", Direction.EGRESS);

  private NetworkPolicyReader() {}

  /** Reads a policy, whatever is in it. */
  public static Policy read(JsonNode json) {
    JsonField spec = new JsonField(json.path("spec"), "spec");
    JsonNode metadata = json.path("metadata");
    String namespace = metadata.path("namespace").asText("");
    ReadablePart subject = LabelSelectorReader.readable(spec.get(POD_SELECTOR));
    Optional<String> problem = subject.problem();
    Set<Direction> directions = EnumSet.noneOf(Direction.class);
    try {
      spec.object();
      directions = directions(spec);
    } catch (UnreadableFieldException unreadable) {
      // nobody knows which are meant
      directions = EnumSet.allOf(Direction.class);
      problem = Optional.of(problem.orElse(unreadable.text()));
    }
    return new Policy(
        Tier.NETWORK_POLICY,
        namespace,
        metadata.path("name").asText(""),
        metadata.path("uid").asText(""),
        0,
        PodSelector.inNamespace(namespace, subject.selector()),
        rules(Direction.INGRESS, directions, problem, spec, namespace),
        rules(Direction.EGRESS, directions, problem, spec, namespace));
  }

  /** {@code policyTypes}, or what the API server puts there if there are none. */
  private static Set<Direction> directions(JsonField spec) throws UnreadableFieldException {
    Set<Direction> directions = EnumSet.noneOf(Direction.class);
    for (JsonField type : spec.get("policyTypes").elements()) {
      Direction direction = TYPES.get(type.text());
      if (direction == null) {
        throw type.unknown(type.text());
      }
      directions.add(direction);
    }
    if (directions.isEmpty()) {
      directions.add(Direction.INGRESS);
      JsonField egress = spec.get("egress");
      if (!egress.isAbsent() && (!egress.node().isArray() || !egress.node().isEmpty())) {
        directions.add(Direction.EGRESS);
      }
    }
    return directions;
  }

  private static Optional<PolicyRules> rules(
      Direction direction,
      Set<Direction> directions,
      Optional<String> problem,
      JsonField spec,
      String namespace) {
    if (!directions.contains(direction)) {
      return Optional.empty();
    }
    if (problem.isPresent()) {
      return problem.map(PolicyRules::unusable);
    }
    boolean ingress = direction == Direction.INGRESS;
    String name = ingress ? "ingress" : "egress";
    String peers = ingress ? "from" : "to";
    List<PolicyRule> rules = new ArrayList<>();
    try {
      for (JsonField rule : spec.get(name).elements()) {
        rule.object(Set.of(peers, "ports"));
        rules.add(
            new PolicyRule(
                name + "[" + rules.size() + "]",
                Action.ACCEPT,
                peers(rule.get(peers), namespace),
                ports(rule.get("ports"))));
      }
      return Optional.of(PolicyRules.of(rules));
    } catch (UnreadableFieldException unreadable) {
      return Optional.of(PolicyRules.unusable(unreadable.text()));
    }
  }

  private static List<Peer> peers(JsonField fields, String namespace)
      throws UnreadableFieldException {
    List<Peer> peers = new ArrayList<>();
    for (JsonField field : fields.elements()) {
      peers.add(peer(field.object(PEER_FIELDS), namespace));
    }
    return peers;
  }

  private static Peer peer(JsonField field, String namespace) throws UnreadableFieldException {
    JsonField pods = field.get(POD_SELECTOR);
    JsonField namespaces = field.get(NAMESPACE_SELECTOR);
    JsonField block = field.get(IP_BLOCK);
    if (!block.isAbsent()) {
      if (!pods.isAbsent() || !namespaces.isAbsent()) {
        throw field.problem("has a selector beside its ipBlock");
      }
      return block(block);
    }
    if (pods.isAbsent() && namespaces.isAbsent()) {
      throw field.problem("is empty");
    }
    LabelSelector selected = LabelSelectorReader.read(pods);
    return new Peer.Pods(
        namespaces.isAbsent()
            ? PodSelector.inNamespace(namespace, selected)
            : PodSelector.inNamespaces(LabelSelectorReader.read(namespaces), selected));
  }

  private static Peer block(JsonField field) throws UnreadableFieldException {
    field.object(Set.of("cidr", "except"));
    IpPrefix cidr = prefix(field.get("cidr"));
    List<IpPrefix> except = new ArrayList<>();
    for (JsonField element : field.get("except").elements()) {
      IpPrefix prefix = prefix(element);
      if (prefix.overlaps(cidr)) {
        // what is outside of the block is not in it anyway
        except.add(prefix.length() < cidr.length() ? cidr : prefix);
      }
    }
    return new Peer.Block(cidr, except);
  }

  /** Reads a CIDR, in whatever way older API servers let it be written. */
  static IpPrefix prefix(JsonField field) throws UnreadableFieldException {
    try {
      return ApiAddresses.prefix(field.text());
    } catch (IllegalArgumentException none) {
      throw field.problem(String.valueOf(none.getMessage()));
    }
  }

  private static List<PolicyPort> ports(JsonField fields) throws UnreadableFieldException {
    List<PolicyPort> ports = new ArrayList<>();
    for (JsonField field : fields.elements()) {
      ports.add(port(field.object(Set.of("protocol", PORT, END_PORT))));
    }
    return ports;
  }

  private static PolicyPort port(JsonField field) throws UnreadableFieldException {
    TransportProtocol protocol = protocol(field.get("protocol"));
    JsonField port = field.get(PORT);
    JsonField end = field.get(END_PORT);
    if (port.node().isTextual()) {
      if (port.text().isEmpty()) {
        throw port.problem("is empty");
      }
      if (!end.isAbsent()) {
        throw end.problem("stands beside a port that is a name");
      }
      return new PolicyPort.Named(Optional.of(protocol), port.text());
    }
    if (port.isAbsent()) {
      if (!end.isAbsent()) {
        throw end.problem("stands there without a port");
      }
      return new PolicyPort.Range(protocol, 0, MOST_PORT);
    }
    int first = port.number(1, MOST_PORT);
    int last = end.isAbsent() ? first : end.number(1, MOST_PORT);
    if (last < first) {
      throw end.problem(last + " is below the port " + first);
    }
    return new PolicyPort.Range(protocol, first, last);
  }

  private static TransportProtocol protocol(JsonField field) throws UnreadableFieldException {
    String name = field.text();
    return switch (name) {
      case "", "TCP" -> TransportProtocol.TCP;
      case "UDP" -> TransportProtocol.UDP;
      case "SCTP" -> TransportProtocol.SCTP;
      default -> throw field.unknown(name);
    };
  }
}
