package io.kindnet.kindnetd.networkpolicy;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.allow;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.block;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.egressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.ingressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pods;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.tcp;

import io.kindnet.kindnetd.networkpolicy.PodSockets.Outcome;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Nft;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which pods are isolated, and from whom not: their node, themselves. */
class IsolationSemanticsTest extends PolicySemantics {
  IsolationSemanticsTest(Namespace node, Namespace client, Namespace server, Namespace remote) {
    super(node, client, server, remote);
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
}
