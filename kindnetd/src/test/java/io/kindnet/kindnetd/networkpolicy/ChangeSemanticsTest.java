package io.kindnet.kindnetd.networkpolicy;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.allow;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.ingressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.labels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pod;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pods;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.withLabels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.withPhase;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.pods.ClusterPod.Phase;
import io.kindnet.kindnetd.networkpolicy.PodSockets.Connection;
import io.kindnet.kindnetd.networkpolicy.PodSockets.Outcome;
import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.net.DatagramSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Policies, labels and addresses change while pods talk. */
class ChangeSemanticsTest extends PolicySemantics {
  ChangeSemanticsTest(Namespace node, Namespace client, Namespace server, Namespace remote) {
    super(node, client, server, remote);
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
}
