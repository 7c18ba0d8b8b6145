package io.kindnet.kindnetd.networkpolicy;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.allow;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.block;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.egressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.ingressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.labels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.named;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pod;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pods;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.podsOf;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.rule;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.tcp;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.udp;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.withLabels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.withPhase;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.withPorts;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.NamedPort;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.Phase;
import io.kindnet.kindnetd.cluster.policies.Action;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyPort;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.PodSockets.Connection;
import io.kindnet.kindnetd.networkpolicy.PodSockets.Outcome;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.net.DatagramSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the API says of policies, row by row, with connections of pods: two of this node, and one of
 * another node or outside of the cluster.
 */
@NetworkNamespaces
class PolicySemanticsTest {
  private static final int PORT = 7000;
  private static final int OTHER_PORT = 7001;
  private static final int CLOSED_PORT = 7009;
  private static final List<String> SERVER = List.of("10.244.0.3", "fd00::3");
  private static final List<String> CLIENT = List.of("10.244.0.2", "fd00::2");
  private static final List<String> REMOTE = List.of("10.244.7.9", "fd00:7::9");
  private static final List<String> NODE = List.of("192.0.2.1", "2001:db8::1");

  private final Namespace node;
  private final Namespace client;
  private final Namespace server;
  private final Namespace remote;
  private final PolicyFixture fixture;
  private final PodSockets sockets = new PodSockets();

  PolicySemanticsTest(Namespace node, Namespace client, Namespace server, Namespace remote) {
    this.node = node;
    this.client = client;
    this.server = server;
    this.remote = remote;
    this.fixture = new PolicyFixture(node);
  }

  @BeforeEach
  void connect() {
    node.loopbackUp();
    node.run("sysctl", "-q", "-w", "net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");
    link("knet1", client, CLIENT);
    link("knet2", server, SERVER);
    link("eth0", remote, REMOTE);
    Ip.batch(
        node,
        """
        address add 192.0.2.1/32 dev lo
        address add 2001:db8::1/128 dev lo
        """);
    for (Namespace each : List.of(node, client, server, remote)) {
      sockets.serve(each, PORT);
      sockets.serve(each, OTHER_PORT);
    }
    fixture.putNamespace("a", labels("kubernetes.io/metadata.name", "a", "team", "red"));
    fixture.putNamespace("b", labels("kubernetes.io/metadata.name", "b", "team", "blue"));
    fixture.putLocal(clientPod());
    fixture.putLocal(serverPod());
    fixture.put(pod("b", "remote", labels("app", "remote"), "n1", REMOTE.toArray(String[]::new)));
    fixture.listed();
    reconcile();
  }

  private static ClusterPod clientPod() {
    String[] addresses = CLIENT.toArray(String[]::new);
    return pod("a", "client", labels("app", "client"), PolicyFixture.NODE, addresses);
  }

  private static ClusterPod serverPod() {
    String[] addresses = SERVER.toArray(String[]::new);
    return pod("a", "server", labels("app", "server"), PolicyFixture.NODE, addresses);
  }

  private void link(String name, Namespace pod, List<String> addresses) {
    pod.loopbackUp();
    node.connect(name, pod, "eth0");
    Ip.batch(
        node,
        """
        address add 169.254.1.1/32 dev %1$s
        address add fe80::1/64 dev %1$s nodad
        route add %2$s dev %1$s
        route add %3$s dev %1$s
        """
            .formatted(name, addresses.get(0), addresses.get(1)));
    Ip.batch(
        pod,
        """
        address add %s/32 dev eth0
        address add %s/128 dev eth0 nodad
        route add 169.254.1.1 dev eth0
        route add default via 169.254.1.1
        route add default via fe80::1 dev eth0
        """
            .formatted(addresses.get(0), addresses.get(1)));
  }

  @AfterEach
  void close() {
    sockets.close();
    fixture.close();
  }

  private void reconcile() {
    assertThat(fixture.reconcile(Pass.CHANGES)).isEmpty();
  }

  private void apply(Policy... policies) {
    for (Policy policy : policies) {
      fixture.put(policy);
    }
    reconcile();
  }

  private void connects(boolean expected, Namespace from, List<String> to, int port) {
    for (String address : to) {
      assertThat(sockets.connects(from, address, port, expected))
          .as("TCP from %s to %s port %d\n%s", from, address, port, table())
          .isEqualTo(expected);
    }
  }

  private void datagram(Outcome expected, Namespace from, List<String> to, int port) {
    for (String address : to) {
      assertThat(sockets.sends(from, address, port, expected))
          .as("UDP from %s to %s port %d\n%s", from, address, port, table())
          .isEqualTo(expected);
    }
  }

  private String table() {
    return Nft.table(node, "inet", PolicyTable.TABLE.name());
  }

  private static LabelSelector servers() {
    return selector("app", "server");
  }

  @Test
  void withoutPoliciesEverybodyReachesEverybody() {
    connects(true, client, SERVER, PORT);
    connects(true, remote, SERVER, PORT);
    connects(true, server, NODE, PORT);
    datagram(Outcome.ANSWERED, server, REMOTE, PORT);
  }

  /** An empty list of rules lets nobody in; what the pod begins itself is left alone. */
  @Test
  void emptyIngressDenies() {
    apply(ingressPolicy("a", "none", servers()));
    connects(false, client, SERVER, PORT);
    connects(false, remote, SERVER, PORT);
    datagram(Outcome.SILENCE, client, SERVER, PORT);
    connects(true, server, CLIENT, PORT);
    datagram(Outcome.ANSWERED, server, REMOTE, PORT);
    connects(true, client, REMOTE, PORT);
  }

  @Test
  void emptyEgressDenies() {
    apply(egressPolicy("a", "none", servers()));
    connects(false, server, CLIENT, PORT);
    connects(false, server, REMOTE, PORT);
    datagram(Outcome.SILENCE, server, REMOTE, PORT);
    connects(true, client, SERVER, PORT);
    datagram(Outcome.ANSWERED, remote, SERVER, PORT);
  }

  @Test
  void itsOwnNodeAlwaysReachesAPod() {
    apply(ingressPolicy("a", "none", servers()), egressPolicy("a", "none-out", servers()));
    connects(true, node, SERVER, PORT);
    datagram(Outcome.ANSWERED, node, SERVER, PORT);
  }

  @Test
  void whatAPodSendsToItsOwnNodeObeysItsEgress() {
    apply(egressPolicy("a", "none", servers()));
    connects(false, server, NODE, PORT);
    datagram(Outcome.SILENCE, server, NODE, PORT);
    connects(true, client, NODE, PORT);
    apply(egressPolicy("a", "none", servers(), allow(List.of(block("192.0.2.0/24")), tcp(PORT))));
    connects(true, server, List.of(NODE.get(0)), PORT);
    connects(false, server, List.of(NODE.get(1)), PORT);
    connects(false, server, List.of(NODE.get(0)), OTHER_PORT);
  }

  @Test
  void aPodReachesItself() {
    apply(ingressPolicy("a", "none", servers()), egressPolicy("a", "none-out", servers()));
    connects(true, server, SERVER, PORT);
    // by a Service, whose address the node translates
    Nft.apply(
        node,
        """
        table inet services {
          chain prerouting {
            type nat hook prerouting priority dstnat;
            ip daddr 10.96.0.1 tcp dport 80 dnat ip to 10.244.0.3:7000
            ip6 daddr fd00:96::1 tcp dport 80 dnat ip6 to [fd00::3]:7000
          }
          chain postrouting {
            type nat hook postrouting priority srcnat;
            ip saddr 10.244.0.3 ip daddr 10.244.0.3 masquerade
            ip6 saddr fd00::3 ip6 daddr fd00::3 masquerade
          }
        }
        """);
    connects(true, server, List.of("10.96.0.1", "fd00:96::1"), 80);
    connects(false, client, List.of("10.96.0.1", "fd00:96::1"), 80);
  }

  /** The verdict is on the address and the port after their translation. */
  @Test
  void servicesAreJudgedByTheirEndpoints() {
    Nft.apply(
        node,
        """
        table inet services {
          chain prerouting {
            type nat hook prerouting priority dstnat;
            ip daddr 10.96.0.1 tcp dport 80 dnat ip to 10.244.0.3:7000
            ip6 daddr fd00:96::1 tcp dport 80 dnat ip6 to [fd00::3]:7000
          }
        }
        """);
    apply(
        ingressPolicy(
            "a", "web", servers(), allow(List.of(pods("a", selector("app", "client"))), tcp(PORT))),
        egressPolicy(
            "a",
            "out",
            selector("app", "client"),
            allow(List.of(pods("a", servers())), tcp(PORT))));
    connects(true, client, List.of("10.96.0.1", "fd00:96::1"), 80);
    connects(false, remote, List.of("10.96.0.1", "fd00:96::1"), 80);
  }

  @Test
  void portsAndProtocols() {
    apply(ingressPolicy("a", "web", servers(), allow(List.of(), tcp(PORT))));
    connects(true, client, SERVER, PORT);
    connects(false, client, SERVER, OTHER_PORT);
    datagram(Outcome.SILENCE, client, SERVER, PORT);
    apply(
        ingressPolicy(
            "a",
            "web",
            servers(),
            allow(
                List.of(),
                new PolicyPort.Range(TransportProtocol.UDP, PORT, OTHER_PORT),
                udp(PORT))));
    connects(false, client, SERVER, PORT);
    datagram(Outcome.ANSWERED, client, SERVER, PORT);
    datagram(Outcome.ANSWERED, client, SERVER, OTHER_PORT);
    datagram(Outcome.SILENCE, client, SERVER, CLOSED_PORT);
  }

  /** Nobody listens at the port: the error is part of the connection that is allowed. */
  @Test
  void errorsOfAllowedConnectionsPass() {
    apply(
        ingressPolicy("a", "in", servers(), allow(List.of(), udp(CLOSED_PORT))),
        egressPolicy("a", "out", servers()),
        ingressPolicy("a", "client-in", selector("app", "client")));
    datagram(Outcome.UNREACHABLE, client, SERVER, CLOSED_PORT);
  }

  @Test
  void exceptionsBindTheirOwnBlockOnly() {
    apply(
        ingressPolicy(
            "a",
            "blocks",
            servers(),
            allow(
                List.of(
                    block("10.244.0.0/16", "10.244.7.0/24"),
                    block("10.244.7.8/31"),
                    block("::/0", "fd00:7::/64")))));
    connects(true, client, SERVER, PORT);
    connects(true, remote, List.of(SERVER.get(0)), PORT);
    connects(false, remote, List.of(SERVER.get(1)), PORT);
  }

  @Test
  void peersBySelectors() {
    apply(
        ingressPolicy(
            "a",
            "peers",
            servers(),
            allow(List.of(podsOf(selector("team", "blue"), selector("app", "remote"))))));
    connects(true, remote, SERVER, PORT);
    connects(false, client, SERVER, PORT);
    // another Namespace, another label, another pod
    fixture.putNamespace("b", labels("kubernetes.io/metadata.name", "b", "team", "green"));
    reconcile();
    connects(false, remote, SERVER, PORT);
    fixture.putNamespace("a", labels("kubernetes.io/metadata.name", "a", "team", "blue"));
    fixture.put(withLabels(clientPod(), "app", "remote"));
    reconcile();
    connects(true, client, SERVER, PORT);
    fixture.put(clientPod());
    reconcile();
    connects(false, client, SERVER, PORT);
  }

  @Test
  void namesOfPortsAreThoseOfTheDestination() {
    fixture.put(withPorts(serverPod(), new NamedPort("web", "TCP", PORT)));
    fixture.put(
        withPorts(
            pod("b", "remote", labels("app", "remote"), "n1", REMOTE.toArray(String[]::new)),
            new NamedPort("web", "TCP", OTHER_PORT),
            new NamedPort("web", "UDP", PORT)));
    apply(
        ingressPolicy("a", "in", servers(), allow(List.of(), named(TransportProtocol.TCP, "web"))),
        egressPolicy(
            "a",
            "out",
            selector("app", "client"),
            allow(List.of(), named(TransportProtocol.TCP, "web"))));
    connects(true, client, SERVER, PORT);
    connects(false, client, SERVER, OTHER_PORT);
    connects(true, client, REMOTE, OTHER_PORT);
    connects(false, client, REMOTE, PORT);
    datagram(Outcome.SILENCE, client, REMOTE, PORT);
    fixture.put(withPorts(serverPod(), new NamedPort("web", "TCP", OTHER_PORT)));
    reconcile();
    connects(false, client, SERVER, PORT);
    connects(true, client, SERVER, OTHER_PORT);
  }

  @Test
  void aChangedPolicyCutsConnectionsAndFlows() throws IOException {
    Connection connection = sockets.connect(client, SERVER.get(0), PORT);
    DatagramSocket flow = sockets.flow(client);
    assertThat(connection.asks(true)).isTrue();
    assertThat(sockets.asks(flow, SERVER.get(1), PORT, Outcome.ANSWERED))
        .isEqualTo(Outcome.ANSWERED);
    apply(ingressPolicy("a", "none", servers()));
    assertThat(connection.asks(false)).isFalse();
    assertThat(sockets.asks(flow, SERVER.get(1), PORT, Outcome.SILENCE)).isEqualTo(Outcome.SILENCE);
    apply(ingressPolicy("a", "none", servers(), allow(List.of())));
    assertThat(connection.asks(true)).as("what was sent meanwhile is sent again").isTrue();
    assertThat(sockets.asks(flow, SERVER.get(1), PORT, Outcome.ANSWERED))
        .isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void aRelabelledPodHasOtherPolicies() {
    apply(ingressPolicy("a", "none", servers()));
    connects(false, client, SERVER, PORT);
    fixture.put(withLabels(serverPod(), "app", "else"));
    reconcile();
    connects(true, client, SERVER, PORT);
    fixture.put(serverPod());
    reconcile();
    connects(false, client, SERVER, PORT);
  }

  /** A finished pod gives its address up; whoever has it next has its own policies only. */
  @Test
  void addressesAreUsedAgain() {
    apply(
        ingressPolicy("a", "none", servers()),
        ingressPolicy(
            "a", "from-servers", selector("app", "client"), allow(List.of(pods("a", servers())))));
    connects(false, client, SERVER, PORT);
    connects(true, server, CLIENT, PORT);
    fixture.put(withPhase(serverPod(), Phase.SUCCEEDED));
    reconcile();
    connects(true, client, SERVER, PORT);
    connects(false, server, CLIENT, PORT);
    // the row of the old pod is gone, its Pod still has the address
    fixture.put(serverPod());
    fixture.putLocal(
        pod("b", "next", labels("app", "next"), PolicyFixture.NODE, SERVER.toArray(String[]::new)));
    reconcile();
    connects(true, client, SERVER, PORT);
    connects(false, server, CLIENT, PORT);
    fixture.removePod("a/server");
    reconcile();
    connects(true, client, SERVER, PORT);
    connects(false, server, CLIENT, PORT);
    apply(ingressPolicy("b", "none", selector("app", "next")));
    connects(false, client, SERVER, PORT);
  }

  @Test
  void podsThatAreHeldReachNobodyButAreReachedByTheirNode() {
    fixture.removePod("a/server");
    fixture.local.hold(serverPod().addresses());
    reconcile();
    connects(false, client, SERVER, PORT);
    connects(false, server, CLIENT, PORT);
    connects(false, server, NODE, PORT);
    connects(true, node, SERVER, PORT);
    fixture.put(serverPod());
    reconcile();
    connects(true, client, SERVER, PORT);
    connects(true, server, NODE, PORT);
  }

  @Test
  void tiersInTheirOrder() {
    PodSelector everybody =
        PodSelector.inNamespaces(LabelSelector.EVERYTHING, LabelSelector.EVERYTHING);
    Policy baseline = cluster(Tier.BASELINE, "baseline", everybody, rule(Action.DENY, List.of()));
    apply(baseline);
    connects(false, client, SERVER, PORT);
    apply(ingressPolicy("a", "all", servers(), allow(List.of(), tcp(PORT), tcp(OTHER_PORT))));
    connects(true, client, SERVER, PORT);
    connects(false, server, CLIENT, PORT);
    apply(
        cluster(
            Tier.ADMIN,
            "admin",
            everybody,
            rule(Action.PASS, List.of(pods("a", selector("app", "client"))), tcp(OTHER_PORT)),
            rule(Action.DENY, List.of(pods("a", selector("app", "client")))),
            rule(Action.ACCEPT, List.of(pods("a", servers())))));
    connects(false, client, SERVER, PORT);
    connects(true, client, SERVER, OTHER_PORT);
    connects(true, remote, SERVER, PORT);
    connects(true, server, CLIENT, PORT);
    fixture.remove(ingressPolicy("a", "all", servers()));
    reconcile();
    connects(false, client, SERVER, OTHER_PORT);
  }

  private static Policy cluster(Tier tier, String name, PodSelector subject, PolicyRule... rules) {
    return PolicySamples.clusterPolicy(
        tier, name, 1, subject, Optional.of(PolicyRules.of(List.of(rules))), Optional.empty());
  }

  /** Its subjects are denied, in this direction only; all else is as it was. */
  @Test
  void aPolicyThatCannotBeFollowedDenies() {
    apply(
        PolicySamples.networkPolicy(
            "a",
            "broken",
            servers(),
            Optional.of(PolicyRules.unusable("it is from the future")),
            Optional.empty()),
        ingressPolicy("a", "fine", selector("app", "client"), allow(List.of(), tcp(PORT))));
    connects(false, client, SERVER, PORT);
    connects(true, server, CLIENT, PORT);
    connects(false, server, CLIENT, OTHER_PORT);
    assertThat(table()).contains("cannot be followed: a/broken");
  }
}
