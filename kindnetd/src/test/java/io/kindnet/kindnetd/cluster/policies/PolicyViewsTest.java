package io.kindnet.kindnetd.cluster.policies;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.ResourceView;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.nodes.LabelledNodeReader;
import io.kindnet.kindnetd.cluster.nodes.LabelledNodeReader.LabelledNodeObject;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.kube.ResourceLister;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kube.testing.Definitions;
import io.kindnet.kube.testing.ObjectDispatcher;
import io.kindnet.kube.testing.ObjectServer;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Eventually;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Policies and Nodes of an API server in this process, as agents see them. */
class PolicyViewsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Status status = new Status("test");
  private final ObjectServer server =
      ObjectServer.start(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new ObjectDispatcher());
  private final KubernetesClient admin = server.client();
  private final ApiClient client =
      ApiServer.connect(
          new ApiServerOptions(
              Optional.empty(), Optional.of(URI.create(server.url())), Optional.empty()),
          Map.of(),
          address -> {});
  private final ResourceView<PolicyObject, Policy> policies =
      new ResourceView<>(
          client, NetworkPolicyReader.NETWORK_POLICIES, PolicyObject::policy, status, () -> 3);
  private final ResourceView<PolicyObject, Policy> clusterPolicies =
      new ResourceView<>(
          client,
          ClusterNetworkPolicyReader.CLUSTER_NETWORK_POLICIES,
          PolicyObject::policy,
          status,
          () -> 3);
  private final ResourceView<LabelledNodeObject, LabelledNode> nodes =
      new ResourceView<>(
          client, LabelledNodeReader.LABELLED_NODES, LabelledNodeObject::node, status, () -> 3);

  PolicyViewsTest() throws Exception {}

  @AfterEach
  void stop() {
    policies.close();
    clusterPolicies.close();
    nodes.close();
    client.close();
    admin.close();
    server.close();
  }

  private static String networkPolicy(String name, String ingress) {
    return """
    {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
     "metadata": {"namespace": "shop", "name": "%s"},
     "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": %s}}
    """
        .formatted(name, ingress);
  }

  private static String clusterNetworkPolicy(String name, String tier) {
    return """
    {"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy",
     "metadata": {"name": "%s"},
     "spec": {"tier": "%s", "priority": 7, "subject": {"namespaces": {}},
      "ingress": [{"action": "Deny", "from": [{"namespaces": {}}]}]}}
    """
        .formatted(name, tier);
  }

  private static <T> void awaitKeys(ClusterView<T> view, String... keys) {
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(view.snapshot())
                .hasValueSatisfying(
                    now -> assertThat(now.objects().keySet()).isEqualTo(Set.of(keys))));
  }

  @Test
  void networkPoliciesComeChangeAndGo() {
    admin.resource(networkPolicy("web", "[{}]")).create();
    ClusterView<Policy> view = policies.start();
    awaitKeys(view, "shop/web");
    assertThat(view.get("shop/web").orElseThrow().ingress().orElseThrow().rules()).hasSize(1);
    assertThat(view.get("shop/web").orElseThrow().uid()).isNotEmpty();

    admin
        .resource(networkPolicy("web", "[{\"from\": [{\"ipBlock\": {\"cidr\": \"x\"}}]}]"))
        .update();
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(view.get("shop/web").orElseThrow().ingress())
                .contains(
                    PolicyRules.unusable(
                        "spec.ingress[0].from[0].ipBlock.cidr: 'x' is not a CIDR")));
    admin.resource(networkPolicy("db", "[]")).create();
    awaitKeys(view, "shop/web", "shop/db");
    admin.resource(networkPolicy("web", "[]")).delete();
    awaitKeys(view, "shop/db");
    assertThat(status.problems()).isEmpty();
  }

  @Test
  void clusterNetworkPoliciesAreFollowedThroughInstallationsOfTheirDefinition() throws Exception {
    try (CapturedLog log = CapturedLog.start()) {
      ClusterView<Policy> view = clusterPolicies.start();
      awaitKeys(view);
      Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
      assertThat(ResourceLister.list(client, ClusterNetworkPolicyReader.CLUSTER_NETWORK_POLICIES))
          .isEmpty();

      admin.resource(Definitions.CLUSTER_NETWORK_POLICIES).create();
      admin.resource(clusterNetworkPolicy("first", "Admin")).create();
      awaitKeys(view, "first");
      admin.resource(clusterNetworkPolicy("second", "Baseline")).create();
      awaitKeys(view, "first", "second");
      assertThat(view.get("second").orElseThrow().tier()).isEqualTo(Tier.BASELINE);
      assertThat(ResourceLister.list(client, ClusterNetworkPolicyReader.CLUSTER_NETWORK_POLICIES))
          .hasSize(2);

      admin.resource(Definitions.CLUSTER_NETWORK_POLICIES).delete();
      awaitKeys(view);
      Eventually.within(
          DEADLINE, () -> assertThat(log.linesWith("does not have any such resource")).hasSize(2));

      admin.resource(Definitions.CLUSTER_NETWORK_POLICIES).create();
      admin.resource(clusterNetworkPolicy("third", "Admin")).create();
      awaitKeys(view, "third");
      assertThat(log.linesWith("ClusterNetworkPolicies")).noneMatch(line -> line.contains("WARN"));
    }
  }

  @Test
  void nodesHaveLabelsAndAllTheirAddresses() {
    admin
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName("node1")
                .addToLabels("role", "edge")
                .endMetadata()
                .withNewStatus()
                .addNewAddress("192.0.2.1", "InternalIP")
                .addNewAddress("node1", "Hostname")
                .addNewAddress("not an address", "InternalIP")
                .addNewAddress("203.0.113.1", "ExternalIP")
                .addNewAddress("2001:db8::1", "InternalIP")
                .endStatus()
                .build())
        .create();
    ClusterView<LabelledNode> view = nodes.start();
    awaitKeys(view, "node1");
    assertThat(view.get("node1"))
        .contains(
            new LabelledNode(
                "node1",
                Labels.of(Map.of("role", "edge")),
                List.of(
                    IpAddresses.parse("192.0.2.1"),
                    IpAddresses.parse("203.0.113.1"),
                    IpAddresses.parse("2001:db8::1"))));
  }
}
