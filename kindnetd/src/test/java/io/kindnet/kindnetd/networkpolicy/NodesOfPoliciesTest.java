package io.kindnet.kindnetd.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.policies.ClusterNetworkPolicyReader;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.LocalApiServer;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kube.testing.Definitions;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Nodes are watched, and waited for, from when a policy is about them. */
@NetworkNamespaces
class NodesOfPoliciesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Namespace node;

  NodesOfPoliciesTest(Namespace node) {
    this.node = node;
  }

  private static String policy(String name, String tier, String peer) {
    return """
    {"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy",
     "metadata": {"name": "%s"},
     "spec": {"tier": "%s", "priority": 7, "subject": {"namespaces": {}},
      "egress": [{"action": "Deny", "to": [{"%s": {}}]}]}}
    """
        .formatted(name, tier, peer);
  }

  private static Policy read(String policy) throws Exception {
    return ClusterNetworkPolicyReader.read(new ObjectMapper().readTree(policy));
  }

  @Test
  void areWatchedFromThenOn() {
    NetworkPolicyOptions options = new NetworkPolicyOptions(true, true, true);
    Status status = new Status("test");
    try (LocalApiServer server = new LocalApiServer(0);
        KubernetesClient client = server.client();
        ApiClient agent = server.apiClient();
        PolicyResources resources =
            new PolicyResources(
                agent, options, /* namesHaveAddresses= */ false, "node1", status, () -> 3)) {
      client.resource(Definitions.CLUSTER_NETWORK_POLICIES).create();
      client.resource(Nodes.node("node1", List.of(), List.of("192.0.2.1"))).create();
      client.resource(policy("pods", "Admin", "namespaces")).create();
      PolicyViews views = resources.start();
      Eventually.within(
          DEADLINE, () -> assertThat(views.policies().get(1).get("pods")).isPresent());
      assertThat(views.nodes().snapshot()).isEmpty();
      assertThat(status.problem("nodelabels")).contains("not started yet");

      client.resource(policy("nodes", "Baseline", "nodes")).create();
      Eventually.within(DEADLINE, () -> assertThat(views.nodes().get("node1")).isPresent());
      Eventually.within(DEADLINE, () -> assertThat(status.problem("nodelabels")).isEmpty());
    }
  }

  @Test
  void areWaitedForFromThenOn() throws Exception {
    try (PolicyFixture fixture = new PolicyFixture(node)) {
      fixture.pods.listed(Set.of());
      fixture.namespaces.listed(Set.of());
      fixture.put(read(policy("pods", "Admin", "namespaces")));
      assertThat(fixture.reconcile(Pass.KERNEL)).contains("waiting for the lists of policies");
      fixture.policies.listed(Set.of("ADMIN/pods"));
      assertThat(fixture.reconcile(Pass.KERNEL)).isEmpty();

      fixture.put(read(policy("nodes", "Admin", "nodes")));
      assertThat(fixture.reconcile(Pass.CHANGES)).contains("waiting for the list of Nodes");
      fixture.nodes.listed(Set.of());
      assertThat(fixture.reconcile(Pass.CHANGES)).isEmpty();
    }
  }
}
