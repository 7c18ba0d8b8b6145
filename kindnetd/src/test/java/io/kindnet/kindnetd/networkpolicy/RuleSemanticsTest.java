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
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.withPorts;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.NamedPort;
import io.kindnet.kindnetd.cluster.policies.Action;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyPort;
import io.kindnet.kindnetd.cluster.policies.PolicyRules;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.PodSockets.Outcome;
import io.kindnet.netlink.testing.Namespace;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What rules let in and out, and in which order tiers are asked. */
class RuleSemanticsTest extends PolicySemantics {
  RuleSemanticsTest(Namespace node, Namespace client, Namespace server, Namespace remote) {
    super(node, client, server, remote);
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
