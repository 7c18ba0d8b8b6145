package io.kindnet.kindnetd.networkpolicy;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.labels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pod;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyRule;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.PodSockets.Outcome;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the API says of policies, row by row, with connections of pods: two of this node, and one of
 * another node or outside of the cluster.
 */
@NetworkNamespaces
abstract class PolicySemantics {
  static final int PORT = 7000;
  static final int OTHER_PORT = 7001;
  static final int CLOSED_PORT = 7009;
  static final List<String> SERVER = List.of("10.244.0.3", "fd00::3");
  static final List<String> CLIENT = List.of("10.244.0.2", "fd00::2");
  static final List<String> REMOTE = List.of("10.244.7.9", "fd00:7::9");
  static final List<String> NODE = List.of("192.0.2.1", "2001:db8::1");

  final Namespace node;
  final Namespace client;
  final Namespace server;
  final Namespace remote;
  final PolicyFixture fixture;
  final PodSockets sockets = new PodSockets();

  PolicySemantics(Namespace node, Namespace client, Namespace server, Namespace remote) {
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

  static ClusterPod clientPod() {
    String[] addresses = CLIENT.toArray(String[]::new);
    return pod("a", "client", labels("app", "client"), PolicyFixture.NODE, addresses);
  }

  static ClusterPod serverPod() {
    String[] addresses = SERVER.toArray(String[]::new);
    return pod("a", "server", labels("app", "server"), PolicyFixture.NODE, addresses);
  }

  void link(String name, Namespace pod, List<String> addresses) {
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

  void reconcile() {
    assertThat(fixture.reconcile(Pass.CHANGES)).isEmpty();
  }

  void apply(Policy... policies) {
    for (Policy policy : policies) {
      fixture.put(policy);
    }
    reconcile();
  }

  void connects(boolean expected, Namespace from, List<String> to, int port) {
    for (String address : to) {
      assertThat(sockets.connects(from, address, port, expected))
          .as("TCP from %s to %s port %d\n%s", from, address, port, table())
          .isEqualTo(expected);
    }
  }

  void datagram(Outcome expected, Namespace from, List<String> to, int port) {
    for (String address : to) {
      assertThat(sockets.sends(from, address, port, expected))
          .as("UDP from %s to %s port %d\n%s", from, address, port, table())
          .isEqualTo(expected);
    }
  }

  String table() {
    return Nft.table(node, "inet", PolicyTable.TABLE.name());
  }

  static LabelSelector servers() {
    return selector("app", "server");
  }

  static Policy cluster(Tier tier, String name, PodSelector subject, PolicyRule... rules) {
    return PolicySamples.clusterPolicy(
        tier, name, 1, subject, Optional.of(PolicyRules.of(List.of(rules))), Optional.empty());
  }
}
