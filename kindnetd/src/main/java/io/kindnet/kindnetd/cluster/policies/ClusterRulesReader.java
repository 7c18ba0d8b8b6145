package io.kindnet.kindnetd.cluster.policies;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.kube.ApiAddresses;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads the rules of a ClusterNetworkPolicy in one direction.
 *
 * <p>A peer without a field that is known here is treated as the API says: the rule matches nothing
 * if it accepts, and denies everything if it denies or passes. {@code domainNames} are for rules
 * that accept only: one that denies or passes denies everything. Of those that accept, names that
 * are none are left out.
 */
final class ClusterRulesReader {
  private static final int MOST_PORT = 0xffff;
  private static final String PROTOCOLS = "protocols";
  private static final String NAMED_PORT = "destinationNamedPort";
  private static final String DOMAIN_NAMES = "domainNames";
  private static final Pattern DOMAIN_NAME =
      Pattern.compile(
          "(\\*\\.)?([a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\\.)+"
              + "[a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\\.?");
  private static final String NAMESPACES = "namespaces";
  private static final String NODES = "nodes";
  private static final String NETWORKS = "networks";
  private static final String PODS = "pods";
  private static final Set<String> INGRESS_PEERS = Set.of(NAMESPACES, PODS);
  private static final Set<String> EGRESS_PEERS = Set.of(NAMESPACES, PODS, NODES, NETWORKS);

  private final Direction direction;
  private final List<PolicyRule> rules = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  private ClusterRulesReader(Direction direction) {
    this.direction = direction;
  }

  /** Reads the list of rules. */
  static PolicyRules read(Direction direction, JsonField field) {
    ClusterRulesReader reader = new ClusterRulesReader(direction);
    try {
      int index = 0;
      for (JsonField rule : field.elements()) {
        reader.readRule(rule, index++);
      }
      return new PolicyRules(reader.rules, Optional.empty(), reader.warnings);
    } catch (UnreadableFieldException unreadable) {
      return PolicyRules.unusable(unreadable.text());
    }
  }

  private void readRule(JsonField field, int index) throws UnreadableFieldException {
    boolean ingress = direction == Direction.INGRESS;
    String peersName = ingress ? "from" : "to";
    field.object(Set.of("name", "action", peersName, PROTOCOLS));
    String name = field.get("name").text();
    String place =
        (ingress ? "ingress[" : "egress[")
            + index
            + "]"
            + (name.isEmpty() ? "" : " (" + ApiAddresses.printable(name) + ")");
    Action action = action(field.get("action"));
    List<PolicyPort> ports = ports(field.get(PROTOCOLS));
    List<JsonField> peerFields = field.get(peersName).elements();
    if (peerFields.isEmpty()) {
      throw field.get(peersName).problem("is empty");
    }
    List<Peer> peers = new ArrayList<>();
    boolean unknown = false;
    boolean named = false;
    for (JsonField peer : peerFields) {
      peer.object();
      if (peer.names().equals(List.of(DOMAIN_NAMES)) && !ingress) {
        named = true;
        readDomainNames(peer.get(DOMAIN_NAMES), action, peers);
      } else if (kinds(peer).isEmpty()) {
        unknown = true;
        warnings.add(peer.path() + ": no kind of peer that is known");
      } else {
        readPeer(peer, peers);
      }
    }
    if (action != Action.ACCEPT && (unknown || named)) {
      warnings.add(field.path() + " denies everything therefore");
      rules.add(new PolicyRule(place, Action.DENY, List.of(), List.of()));
    } else if (unknown || peers.isEmpty()) {
      warnings.add(field.path() + " accepts nothing therefore");
    } else {
      rules.add(new PolicyRule(place, action, peers, ports));
    }
  }

  private static Action action(JsonField field) throws UnreadableFieldException {
    String name = field.text();
    return switch (name) {
      case "Accept" -> Action.ACCEPT;
      case "Deny" -> Action.DENY;
      case "Pass" -> Action.PASS;
      case "" -> throw field.problem("is missing");
      default -> throw field.unknown(name);
    };
  }

  /** The kinds that a peer has, of those that are known. */
  private Set<String> kinds(JsonField peer) {
    Set<String> kinds = new HashSet<>(peer.names());
    kinds.retainAll(direction == Direction.INGRESS ? INGRESS_PEERS : EGRESS_PEERS);
    return kinds;
  }

  private void readPeer(JsonField peer, List<Peer> peers) throws UnreadableFieldException {
    if (peer.names().size() > 1) {
      throw peer.problem("has more than one kind of peer");
    }
    String kind = peer.names().getFirst();
    JsonField field = peer.get(kind);
    switch (kind) {
      case NAMESPACES ->
          peers.add(
              new Peer.Pods(
                  PodSelector.inNamespaces(
                      LabelSelectorReader.read(field), LabelSelector.EVERYTHING)));
      case PODS -> peers.add(pods(field.object(ClusterNetworkPolicyReader.NAMESPACED_POD)));
      case NODES -> peers.add(new Peer.Nodes(LabelSelectorReader.read(field)));
      default -> {
        List<JsonField> networks = field.elements();
        if (networks.isEmpty()) {
          throw field.problem("is empty");
        }
        for (JsonField network : networks) {
          peers.add(new Peer.Block(NetworkPolicyReader.prefix(network), List.of()));
        }
      }
    }
  }

  /** Adds those that can be followed. */
  private void readDomainNames(JsonField field, Action action, List<Peer> peers)
      throws UnreadableFieldException {
    if (action != Action.ACCEPT) {
      warnings.add(field.path() + ": domain names are for rules with the action Accept only");
      return;
    }
    if (field.elements().isEmpty()) {
      throw field.problem("is empty");
    }
    SortedSet<String> names = new TreeSet<>();
    for (JsonField element : field.elements()) {
      String name = element.text();
      if (DOMAIN_NAME.matcher(name).matches()) {
        names.add(
            (name.endsWith(".") ? name.substring(0, name.length() - 1) : name)
                .toLowerCase(Locale.ROOT));
      } else {
        warnings.add(element.path() + ": '" + ApiAddresses.printable(name) + "' is no domain name");
      }
    }
    if (!names.isEmpty()) {
      peers.add(new Peer.DomainNames(names));
    }
  }

  private static Peer pods(JsonField field) throws UnreadableFieldException {
    JsonField selector = field.get(ClusterNetworkPolicyReader.POD_SELECTOR);
    if (selector.isAbsent()) {
      throw selector.problem("is missing");
    }
    return new Peer.Pods(
        PodSelector.inNamespaces(
            LabelSelectorReader.read(field.get(ClusterNetworkPolicyReader.NAMESPACE_SELECTOR)),
            LabelSelectorReader.read(selector)));
  }

  private static List<PolicyPort> ports(JsonField field) throws UnreadableFieldException {
    List<PolicyPort> ports = new ArrayList<>();
    for (JsonField protocol : field.elements()) {
      ports.add(port(protocol));
    }
    if (!field.isAbsent() && ports.isEmpty()) {
      throw field.problem("is empty");
    }
    return ports;
  }

  private static PolicyPort port(JsonField field) throws UnreadableFieldException {
    field.object(Set.of("tcp", "udp", "sctp", NAMED_PORT));
    if (field.names().size() != 1) {
      throw field.problem("has not exactly one of tcp, udp, sctp and " + NAMED_PORT);
    }
    JsonField named = field.get(NAMED_PORT);
    if (!named.isAbsent()) {
      if (named.text().isEmpty()) {
        throw named.problem("is empty");
      }
      return new PolicyPort.Named(Optional.empty(), named.text());
    }
    String name = field.names().getFirst();
    TransportProtocol protocol =
        switch (name) {
          case "tcp" -> TransportProtocol.TCP;
          case "udp" -> TransportProtocol.UDP;
          default -> TransportProtocol.SCTP;
        };
    return range(protocol, field.get(name).object(Set.of("destinationPort")));
  }

  private static PolicyPort range(TransportProtocol protocol, JsonField field)
      throws UnreadableFieldException {
    JsonField port = field.get("destinationPort").object(Set.of("number", "range"));
    if (port.isAbsent()) {
      return new PolicyPort.Range(protocol, 0, MOST_PORT);
    }
    if (port.names().size() != 1) {
      throw port.problem("has not exactly one of number and range");
    }
    JsonField range = port.get("range").object(Set.of("start", "end"));
    if (range.isAbsent()) {
      int number = port.get("number").number(1, MOST_PORT);
      return new PolicyPort.Range(protocol, number, number);
    }
    int first = range.get("start").number(1, MOST_PORT);
    int last = range.get("end").number(1, MOST_PORT);
    if (last < first) {
      throw range.problem("end " + last + " is below start " + first);
    }
    return new PolicyPort.Range(protocol, first, last);
  }
}
