package io.kindnet.kindnetd.networkpolicy;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.addresses;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.ReadinessPage;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.LocalApiServer;
import io.kindnet.kindnetd.networkpolicy.compiler.LogRule;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kube.testing.Definitions;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A ClusterRole from before there were ClusterNetworkPolicies, and their tiers switched on. */
@NetworkNamespaces
class OlderRightsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String NODE = "node1";

  private final Namespace node;
  private final Status status = new Status("test");
  private final LocalApiServer server = new LocalApiServer(0);
  private final KubernetesClient client = server.client();
  private final ApiClient agentClient = server.apiClient();
  private final PolicyResources resources;
  private final NetworkNamespace namespace;
  private final NftablesSocket nftables;
  private final KernelWatch<NftablesEvents.Events> events;
  private final NetworkPolicyAgent agent;

  OlderRightsTest(Namespace node) {
    this.node = node;
    NetworkPolicyOptions options =
        new NetworkPolicyOptions(
            /* enabled= */ true, /* adminTier= */ true, /* baselineTier= */ false);
    resources = new PolicyResources(agentClient, options, true, NODE, status, () -> 3);
    namespace = NetworkNamespace.open(node.path().toString());
    nftables = namespace.call(NftablesSocket::open);
    events =
        KernelWatch.ofNftables(
            () -> namespace.call(() -> NftablesEvents.excludingOwn(nftables.portId())));
    FakeLocalPods pods = new FakeLocalPods();
    pods.add("shop", "web", addresses("10.244.0.5"));
    agent =
        new NetworkPolicyAgent(
            options,
            resources::start,
            pods,
            () -> LogRule.NONE,
            Map.of(),
            EnforcementListener.NONE,
            new DomainAddresses(() -> nftables),
            () -> nftables,
            events,
            status);
  }

  @AfterEach
  void stop() {
    agent.close();
    resources.close();
    events.close();
    nftables.close();
    namespace.close();
    agentClient.close();
    client.close();
    server.close();
  }

  private void awaitChain(String name) {
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(Nft.ruleset(node))
                .as("%s", status.problems())
                .containsPattern("chain " + name));
  }

  @Test
  void networkPoliciesAreEnforcedAndTheTierFollowsWhenItMay() throws Exception {
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName("shop").endMetadata().build())
        .create();
    client
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web")
                .endMetadata()
                .withNewSpec()
                .withNodeName(NODE)
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .addNewPodIP("10.244.0.5")
                .endStatus()
                .build())
        .create();
    client
        .resource(
            """
            {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
             "metadata": {"namespace": "shop", "name": "closed"},
             "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}
            """)
        .create();
    client.resource(Definitions.CLUSTER_NETWORK_POLICIES).create();
    client
        .resource(
            """
            {"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy",
             "metadata": {"name": "quiet"},
             "spec": {"tier": "Admin", "priority": 7, "subject": {"namespaces": {}},
              "egress": [{"action": "Deny", "to": [{"namespaces": {}}]}]}}
            """)
        .create();
    server.refuse("/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies", 403);
    try (CapturedLog log = CapturedLog.start()) {
      agent.start();
      awaitChain("deny-ingress-shop/closed");
      Eventually.within(
          DEADLINE,
          () ->
              assertThat(ReadinessPage.of(status))
                  .contains("[+]network-policy ok\n")
                  .containsPattern(
                      "\\[-]clusternetworkpolicies policies of the tier Admin are not enforced: .* 403")
                  .endsWith("\nready, but degraded\n"));
      assertThat(log.linesWith("ClusterNetworkPolicies cannot be listed")).hasSize(1);
    }

    server.refuse("none", 0);
    awaitChain("egress-.*quiet");
    Eventually.within(DEADLINE, () -> assertThat(ReadinessPage.of(status)).endsWith("\nready\n"));
  }
}
