package io.kindnet.kindnetd.networkpolicy;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.addresses;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.labels;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.NamedPort;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.Phase;
import io.kindnet.kindnetd.cluster.policies.Action;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.cluster.policies.LabelRequirement;
import io.kindnet.kindnetd.cluster.policies.LabelRequirement.Operator;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.Peer;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyPort;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Clusters in which little is like another thing, and everything often meets. */
final class RandomScenarios {
  static final String OWN_V4 = "192.0.2.1";
  static final String OWN_V6 = "fd00:ffff::1";
  private static final List<String> NAMESPACES = List.of("a", "b", "c");
  private static final List<String> APPS = List.of("web", "db", "dns");
  private static final List<Integer> PORTS = List.of(53, 80, 81, 443, 5000, 5005, 5010, 65535);
  private static final List<String> NAMES = List.of("http", "dns");
  private static final List<String> CIDRS =
      List.of(
          "0.0.0.0/0",
          "::/0",
          "10.0.0.0/8",
          "10.244.0.0/24",
          "10.244.1.0/24",
          "10.244.0.4/30",
          "203.0.113.0/24",
          "203.0.113.128/25",
          "203.0.113.7/32",
          "255.255.255.0/24",
          "fd00:10::/32",
          "fd00:10::/64",
          "fd00:10:0:1::/64",
          "2001:db8::/32",
          "2001:db8::7/128");
  private static final List<String> OUTSIDE =
      List.of("203.0.113.7", "203.0.113.200", "198.18.0.1", "2001:db8::7", "2001:db8:1::9");

  private static final List<String> HOSTS = List.of("www", "api", "a.www", "mail");

  private final Random random;
  private final boolean named;
  private int count;

  RandomScenarios(long seed) {
    this(seed, /* named= */ false);
  }

  private RandomScenarios(long seed, boolean named) {
    this.random = new Random(seed);
    this.named = named;
  }

  /**
   * Also with policies about domain names. Those of each cluster are its own, since addresses that
   * the kernel has of a name outlive an agent.
   */
  static RandomScenarios withDomainNames(long seed) {
    return new RandomScenarios(seed, /* named= */ true);
  }

  Scenario next() {
    count++;
    Map<String, Labels> namespaces = new LinkedHashMap<>();
    for (String name : NAMESPACES) {
      namespaces.put(name, namespaceLabels(name));
    }
    List<LabelledNode> nodes =
        List.of(
            node(PolicyFixture.NODE, OWN_V4, OWN_V6),
            node("n1", "172.18.0.3", "fd00:18::3"),
            node("n2", "172.18.0.4", "fd00:18::4"));
    List<ClusterPod> pods = new ArrayList<>();
    int number = 4 + random.nextInt(10);
    for (int i = 0; i < number; i++) {
      pods.add(pod(i, nodes));
    }
    List<Policy> policies = new ArrayList<>();
    int policyCount = random.nextInt(8);
    for (int i = 0; i < policyCount; i++) {
      policies.add(policy(i));
    }
    return new Scenario(namespaces, nodes, pods, policies, named ? answers(pods) : Map.of());
  }

  /** Of some names: addresses outside, of pods, of both families or none at all. */
  private Map<String, Set<InetAddress>> answers(List<ClusterPod> pods) {
    List<InetAddress> all = new ArrayList<>();
    OUTSIDE.forEach(text -> all.add(IpAddresses.parse(text)));
    pods.forEach(pod -> all.addAll(pod.addresses()));
    Map<String, Set<InetAddress>> answers = new LinkedHashMap<>();
    for (String host : HOSTS) {
      Set<InetAddress> addresses = new LinkedHashSet<>();
      for (int i = random.nextInt(5); i > 0; i--) {
        addresses.add(pick(all));
      }
      answers.put(host + "." + domain(), addresses);
    }
    answers.put(domain(), Set.of(pick(all)));
    return answers;
  }

  private String domain() {
    return "example-" + count + ".test";
  }

  private Peer domainNames() {
    SortedSet<String> names = new TreeSet<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      names.add(pick(List.of("*.", "", "*.www.", "www.", "api.", "none.")) + domain());
    }
    return new Peer.DomainNames(names);
  }

  /** The same with something else in one place. */
  Scenario changed(Scenario scenario) {
    Map<String, Labels> namespaces = new LinkedHashMap<>(scenario.namespaces());
    List<LabelledNode> nodes = new ArrayList<>(scenario.nodes());
    List<ClusterPod> pods = new ArrayList<>(scenario.pods());
    List<Policy> policies = new ArrayList<>(scenario.policies());
    int place = random.nextInt(14);
    switch (random.nextInt(10)) {
      case 0 -> {
        String name = pick(NAMESPACES);
        namespaces.put(name, namespaceLabels(name));
      }
      case 1 -> nodes.set(1, node("n1", "172.18.0." + (3 + random.nextInt(2)), "fd00:18::3"));
      case 2, 3, 4, 5, 6 -> {
        pods.removeIf(pod -> pod.name().equals("p" + place));
        if (random.nextInt(3) > 0) {
          // with another name sometimes, so that its address is used again
          ClusterPod pod = pod(place, nodes);
          pods.removeIf(other -> other.addresses().equals(pod.addresses()));
          pods.add(pod);
        }
      }
      default -> {
        policies.removeIf(policy -> policy.name().equals("policy" + place % 6));
        if (random.nextInt(3) > 0) {
          policies.add(policy(place % 6));
        }
      }
    }
    return new Scenario(namespaces, nodes, pods, policies);
  }

  /** The same pods with other policies. */
  Scenario withOtherPolicies(Scenario scenario) {
    List<Policy> policies = new ArrayList<>();
    int count = random.nextInt(8);
    for (int i = 0; i < count; i++) {
      boolean kept = i < scenario.policies().size() && random.nextInt(3) == 0;
      policies.add(kept ? scenario.policies().get(i) : policy(100 + i + 10 * random.nextInt(2)));
    }
    return new Scenario(scenario.namespaces(), scenario.nodes(), scenario.pods(), policies);
  }

  private Labels namespaceLabels(String name) {
    return labels(
        "kubernetes.io/metadata.name", name, "team", random.nextBoolean() ? "red" : "blue");
  }

  private LabelledNode node(String name, String v4, String v6) {
    return new LabelledNode(
        name, labels("zone", random.nextBoolean() ? "east" : "west"), addresses(v4, v6));
  }

  private ClusterPod pod(int i, List<LabelledNode> nodes) {
    boolean local = random.nextInt(3) > 0;
    String node = local ? PolicyFixture.NODE : "n" + (1 + random.nextInt(2));
    boolean hostNetwork = random.nextInt(12) == 0;
    int net = local ? 0 : 1;
    List<InetAddress> own =
        addresses("10.244." + net + "." + (2 + i), "fd00:10:0:" + net + "::" + (2 + i));
    if (hostNetwork) {
      own =
          nodes.stream()
              .filter(each -> each.name().equals(node))
              .findFirst()
              .orElseThrow()
              .addresses();
    }
    Phase phase =
        random.nextInt(12) == 0 ? pick(List.of(Phase.FAILED, Phase.SUCCEEDED)) : Phase.RUNNING;
    return new ClusterPod(
        pick(NAMESPACES), "p" + i, podLabels(), own, node, phase, ports(), hostNetwork);
  }

  private Labels podLabels() {
    return random.nextInt(5) == 0
        ? labels("app", pick(APPS))
        : labels("app", pick(APPS), "tier", random.nextBoolean() ? "front" : "back");
  }

  private List<NamedPort> ports() {
    List<NamedPort> ports = new ArrayList<>();
    for (String name : NAMES) {
      if (random.nextBoolean()) {
        ports.add(new NamedPort(name, random.nextInt(4) == 0 ? "UDP" : "TCP", pick(PORTS)));
      }
    }
    return ports;
  }

  private Policy policy(int i) {
    Tier tier =
        switch (random.nextInt(5)) {
          case 0 -> Tier.ADMIN;
          case 1 -> Tier.BASELINE;
          default -> Tier.NETWORK_POLICY;
        };
    String name = "policy" + i;
    Optional<PolicyRules> ingress =
        random.nextInt(4) == 0 ? Optional.empty() : rules(tier, Direction.INGRESS);
    Optional<PolicyRules> egress =
        random.nextInt(4) == 0 ? Optional.empty() : rules(tier, Direction.EGRESS);
    if (tier == Tier.NETWORK_POLICY) {
      String namespace = pick(NAMESPACES);
      return PolicySamples.networkPolicy(namespace, name, selector(), ingress, egress);
    }
    return PolicySamples.clusterPolicy(
        tier,
        name,
        random.nextInt(4),
        PodSelector.inNamespaces(namespaceSelector(), selector()),
        ingress,
        egress);
  }

  private Optional<PolicyRules> rules(Tier tier, Direction direction) {
    if (random.nextInt(40) == 0) {
      return Optional.of(PolicyRules.unusable("a field that nobody knows"));
    }
    List<PolicyRule> rules = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      Action action =
          switch (tier) {
            case NETWORK_POLICY -> Action.ACCEPT;
            case ADMIN -> pick(List.of(Action.values()));
            case BASELINE -> pick(List.of(Action.ACCEPT, Action.DENY));
          };
      List<Peer> peers = peers(tier);
      if (named
          && tier != Tier.NETWORK_POLICY
          && direction == Direction.EGRESS
          && action == Action.ACCEPT
          && random.nextInt(3) > 0) {
        peers.add(domainNames());
      }
      rules.add(new PolicyRule("rule[" + i + "]", action, peers, policyPorts()));
    }
    return Optional.of(PolicyRules.of(rules));
  }

  private List<Peer> peers(Tier tier) {
    List<Peer> peers = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      peers.add(
          switch (random.nextInt(tier == Tier.NETWORK_POLICY ? 4 : 5)) {
            case 0 -> new Peer.Pods(PodSelector.inNamespace(pick(NAMESPACES), selector()));
            case 1 -> new Peer.Pods(PodSelector.inNamespaces(namespaceSelector(), selector()));
            case 4 ->
                new Peer.Nodes(
                    new LabelSelector(Map.of("zone", pick(List.of("east", "west"))), List.of()));
            default -> block();
          });
    }
    return peers;
  }

  private Peer block() {
    IpPrefix cidr = IpPrefix.parse(pick(CIDRS));
    List<IpPrefix> except = new ArrayList<>();
    for (String text : CIDRS) {
      IpPrefix inner = IpPrefix.parse(text);
      if (cidr.contains(inner) && !cidr.equals(inner) && random.nextInt(3) == 0) {
        except.add(inner);
      }
    }
    return new Peer.Block(cidr, except);
  }

  private List<PolicyPort> policyPorts() {
    List<PolicyPort> ports = new ArrayList<>();
    int count = random.nextBoolean() ? 0 : 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      TransportProtocol protocol = pick(List.of(TransportProtocol.values()));
      int port = pick(PORTS);
      ports.add(
          switch (random.nextInt(6)) {
            case 0 -> new PolicyPort.Named(Optional.of(protocol), pick(NAMES));
            case 1 ->
                new PolicyPort.Named(
                    random.nextBoolean() ? Optional.empty() : Optional.of(TransportProtocol.TCP),
                    pick(NAMES));
            case 2 -> new PolicyPort.Range(protocol, 0, 65535);
            case 3 -> new PolicyPort.Range(protocol, port, Math.min(65535, port + 10));
            default -> new PolicyPort.Range(protocol, port, port);
          });
    }
    return ports;
  }

  private LabelSelector namespaceSelector() {
    return switch (random.nextInt(3)) {
      case 0 -> LabelSelector.EVERYTHING;
      case 1 -> new LabelSelector(Map.of("team", "red"), List.of());
      default ->
          new LabelSelector(
              Map.of(),
              List.of(
                  new LabelRequirement(
                      "kubernetes.io/metadata.name", Operator.NOT_IN, List.of(pick(NAMESPACES)))));
    };
  }

  private LabelSelector selector() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> LabelSelector.EVERYTHING;
      case 2 ->
          new LabelSelector(
              Map.of(), List.of(new LabelRequirement("tier", Operator.EXISTS, List.of())));
      case 3 ->
          new LabelSelector(
              Map.of(),
              List.of(
                  new LabelRequirement("tier", Operator.NOT_IN, List.of("back")),
                  new LabelRequirement("app", Operator.IN, List.of("web", "db"))));
      default -> new LabelSelector(Map.of("app", pick(APPS)), List.of());
    };
  }

  /** Packets that a router with the pods of the node could see. */
  List<PacketWire.Packet> packets(Scenario scenario, int count) {
    List<InetAddress> sources = new ArrayList<>();
    scenario.pods().forEach(pod -> sources.addAll(pod.addresses()));
    OUTSIDE.forEach(text -> sources.add(IpAddresses.parse(text)));
    scenario.nodes().forEach(node -> sources.addAll(node.addresses()));
    List<InetAddress> own = addresses(OWN_V4, OWN_V6);
    List<PacketWire.Packet> packets = new ArrayList<>();
    while (packets.size() < count) {
      InetAddress source = pick(sources);
      InetAddress destination = pick(sources);
      boolean sameFamily = source.getAddress().length == destination.getAddress().length;
      // what is for the node itself does not come out of it
      if (sameFamily && !own.contains(destination)) {
        int protocol = pick(List.of(6, 6, 17, 132, source.getAddress().length == 4 ? 1 : 58, 47));
        int port = protocol == 6 || protocol == 17 || protocol == 132 ? pick(PORTS) : 0;
        packets.add(new PacketWire.Packet(source, destination, protocol, port));
      }
    }
    return packets;
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
