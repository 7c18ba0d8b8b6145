package io.kindnet.kindnetd.networkpolicy.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.Phase;
import io.kindnet.kindnetd.cluster.policies.ClusterNetworkPolicyReader;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is said of policies about domain names: by which addresses these names have now. */
@NetworkNamespaces
class DomainNamesExplainedTest {
  private static final String TABLE =
      """
      table inet kindnet-network-policies {
        set names-1-v4 {
          type ipv4_addr; flags timeout;
          elements = {
            192.0.2.1 timeout 1h comment "www.example.com",
            192.0.2.2 timeout 1h comment "a\\.example.org",
            192.0.2.3 timeout 1h comment "x.y.example.org",
          }
        }
        set connected-1-v4 { type ipv4_addr; flags dynamic,timeout; timeout 1d; }
        chain postrouting {
          type filter hook postrouting priority srcnat - 5; policy accept;
          ct state established ip daddr @connected-1-v4 update @connected-1-v4 { ip daddr } accept
          ip daddr @names-1-v4 update @connected-1-v4 { ip daddr }
          ip daddr @names-1-v4 accept
          drop
        }
      }
      """;

  private final Namespace node;
  private final List<String> notes = new ArrayList<>();

  DomainNamesExplainedTest(Namespace node) {
    this.node = node;
  }

  private NftablesSocket open() {
    try (NetworkNamespace namespace = NetworkNamespace.open(node.path().toString())) {
      return namespace.call(NftablesSocket::open);
    }
  }

  private String explain(String to) throws Exception {
    JsonNode policy =
        Serialization.unmarshal(
            """
            metadata: {name: allowlist}
            spec:
              tier: Admin
              priority: 1
              subject: {namespaces: {}}
              egress:
              - {name: web, action: Accept, to: [{domainNames: [www.example.com, "*.example.org"]}]}
              - {action: Deny, to: [{networks: [0.0.0.0/0]}]}
            """,
            JsonNode.class);
    ClusterPod pod =
        new ClusterPod(
            "shop",
            "cart",
            Labels.NONE,
            List.of(IpAddresses.parse("10.1.0.1")),
            "node1",
            Phase.RUNNING,
            List.of(),
            /* hostNetwork= */ false);
    ClusterState state =
        new ClusterState(
            List.of(ClusterNetworkPolicyReader.read(policy)),
            Map.of("shop", new ClusterNamespace("shop", Labels.NONE)),
            List.of(pod),
            List.of(),
            Map.of());
    ClusterState complete = DomainNameReader.complete(state, this::open, notes::add);
    return TextReport.of(
        new KernelComparison("node1", Set.of(), this::open)
            .complete(
                new PolicyExplainer(complete, EnumSet.allOf(Tier.class))
                    .explain("shop/cart", to, PortQuestion.parse("443"))));
  }

  @Test
  void agreesWithTheKernelAndSaysWhichAddressesThereAre() throws Exception {
    Nft.apply(node, TABLE);

    assertThat(explain("192.0.2.1"))
        .contains(
            "egress of shop/cart: allowed, allowlist, egress[0] (web)\n",
            "kernel of this node: allowed, as it should be",
            "note: domain names of allowlist, egress[0] (web), have on this node now: 192.0.2.1"
                + " (www.example.com), 192.0.2.3 (x.y.example.org)\n");
    assertThat(explain("192.0.2.3")).contains("egress of shop/cart: allowed");
    assertThat(explain("192.0.2.9"))
        .contains(
            "egress of shop/cart: denied, allowlist, egress[1]\n",
            "kernel of this node: denied, as it should be");
    assertThat(notes).isEmpty();
  }

  @Test
  void saysThatNobodyHasAsked() throws Exception {
    assertThat(explain("192.0.2.1"))
        .contains(
            "egress of shop/cart: denied",
            "have on this node now: no address, since no pod has asked for them lately\n");
  }
}
