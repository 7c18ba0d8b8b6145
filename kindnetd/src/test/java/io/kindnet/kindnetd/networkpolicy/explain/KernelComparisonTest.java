package io.kindnet.kindnetd.networkpolicy.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.Phase;
import io.kindnet.kindnetd.cluster.policies.NetworkPolicyReader;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whether the kernel does what policies say, and what is said of that. */
@NetworkNamespaces
class KernelComparisonTest {
  private static final String TABLE =
      """
      table inet kindnet-network-policies {
        map ingress-v4 { type ipv4_addr : verdict; }
        map egress-v4 { type ipv4_addr : verdict; }
        chain denied { counter drop comment "no rule allows it: shop/deny"; }
        chain web { tcp dport 80 return; goto denied; }
        chain postrouting {
          type filter hook postrouting priority srcnat - 5; policy accept;
          ip saddr vmap @egress-v4
          iif 0 fib saddr type local accept
          ip daddr vmap @ingress-v4
        }
        chain input {
          type filter hook input priority 101; policy accept;
          ip saddr vmap @egress-v4
        }
      }
      """;

  private final Namespace node;

  KernelComparisonTest(Namespace node) {
    this.node = node;
  }

  private static ClusterPod pod(String name, String address, String node) {
    return new ClusterPod(
        "shop",
        name,
        Labels.NONE,
        List.of(IpAddresses.parse(address)),
        node,
        Phase.RUNNING,
        List.of(),
        /* hostNetwork= */ false);
  }

  private String explain(String from, String to, String port) throws Exception {
    return TextReport.of(explanation(from, to, port));
  }

  private PolicyExplanation explanation(String from, String to, String port) throws Exception {
    JsonNode policy =
        Serialization.unmarshal(
            """
            metadata: {namespace: shop, name: deny}
            spec:
              podSelector: {}
              policyTypes: [Ingress, Egress]
              ingress: [{ports: [{port: 80}]}]
              egress: [{to: [{podSelector: {}}]}]
            """,
            JsonNode.class);
    ClusterState state =
        new ClusterState(
            List.of(NetworkPolicyReader.read(policy)),
            Map.of("shop", new ClusterNamespace("shop", Labels.NONE)),
            List.of(pod("here", "10.1.0.1", "node1"), pod("there", "10.2.0.1", "node2")),
            List.of(),
            Map.of("node1", Set.of(IpAddresses.parse("192.0.2.1"))));
    KernelComparison comparison =
        new KernelComparison("node1", Set.of(IpAddresses.parse("192.0.2.1")), this::open);
    return comparison.complete(
        new PolicyExplainer(state, EnumSet.allOf(Tier.class))
            .explain(from, to, PortQuestion.parse(port)));
  }

  private NftablesSocket open() {
    try (NetworkNamespace namespace = NetworkNamespace.open(node.path().toString())) {
      return namespace.call(NftablesSocket::open);
    }
  }

  @Test
  void saysThatTheKernelAgreesAndWhichRuleDecides() throws Exception {
    Nft.apply(node, TABLE);
    Nft.apply(
        node,
        """
        add element inet kindnet-network-policies ingress-v4 { 10.1.0.1 : jump web }
        add element inet kindnet-network-policies egress-v4 { 10.1.0.1 : jump denied }
        """);
    assertThat(explain("198.51.100.7", "shop/here", "80"))
        .contains(
            "  kernel of this node: allowed, as it should be, no rule of the table drops it\n");
    assertThat(explain("198.51.100.7", "shop/here", "81"))
        .contains(
            "  kernel of this node: denied, as it should be, a rule of chain denied (no rule allows it:"
                + " shop/deny)\n");
    assertThat(explain("shop/here", "192.0.2.1", "80"))
        .as("to its own node")
        .contains("kernel of this node: denied, as it should be");
    assertThat(explain("192.0.2.1", "shop/here", "81"))
        .as("from its own node")
        .contains("kernel of this node: allowed, as it should be");
    assertThat(explain("198.51.100.7", "shop/here", "icmp"))
        .contains("kernel of this node: denied, as it should be");
  }

  @Test
  void saysWhenTheKernelDoesSomethingElse() throws Exception {
    Nft.apply(node, TABLE);
    assertThat(explain("198.51.100.7", "shop/here", "81"))
        .contains(
            "  kernel of this node: allowed, WHICH IS WRONG, no rule of the table drops it\n");
    JsonNode json =
        JsonReport.of(explanation("198.51.100.7", "shop/here", "81")).at("/connections/0/kernel");
    assertThat(json)
        .hasToString(
            "{\"allowed\":true,\"agrees\":false,\"reason\":\"no rule of the table drops it\"}");
  }

  @Test
  void saysThatThereIsNoTable() throws Exception {
    assertThat(explain("198.51.100.7", "shop/here", "81"))
        .contains("allowed, WHICH IS WRONG, there is no table inet kindnet-network-policies\n");
    assertThat(explain("198.51.100.7", "shop/here", "80"))
        .contains("allowed, as it should be, there is no table inet kindnet-network-policies\n");
  }

  /** What the other node has to deny is not this one's business. */
  @Test
  void comparesWhatIsSaidOfThePodsOfThisNodeOnly() throws Exception {
    Nft.apply(node, TABLE);
    assertThat(explain("shop/here", "shop/there", "81"))
        .contains("ingress of shop/there: denied", "kernel of this node: allowed, as it should be");
    assertThat(explain("198.51.100.7", "shop/there", "80"))
        .doesNotContain("kernel of this node")
        .contains(
            "note: the kernel is not asked, since neither end is a pod of this node, node1\n");
  }

  @Test
  void saysWhichRuleItDoesNotUnderstand() throws Exception {
    Nft.apply(
        node,
        """
        table inet kindnet-network-policies {
          chain postrouting {
            type filter hook postrouting priority srcnat - 5; policy accept;
            meta length 7 drop
          }
        }
        """);
    assertThat(explain("198.51.100.7", "shop/here", "80"))
        .contains("note: the kernel is not asked: a rule of chain postrouting has ");
  }
}
