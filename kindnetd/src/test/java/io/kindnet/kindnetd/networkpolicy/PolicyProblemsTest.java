package io.kindnet.kindnetd.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.kindnetd.cluster.policies.ClusterNetworkPolicyReader;
import io.kindnet.kindnetd.cluster.policies.NetworkPolicyReader;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.LocalApiServer;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an operator sees of policies that cannot be followed. */
class PolicyProblemsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Status status = new Status("test");
  private final LocalApiServer server = new LocalApiServer(0);
  private final KubernetesClient client = server.client();
  private final ApiClient agent = server.apiClient();
  private final PolicyEvents events = new PolicyEvents(agent, "node1", () -> 3);
  private final PolicyEvents eventsOfOther = new PolicyEvents(agent, "node2", () -> 3);
  private final PolicyProblems problems =
      new PolicyProblems(/* namesHaveAddresses= */ false, events, status);
  private final CapturedLog log = CapturedLog.start();

  @AfterEach
  void stop() {
    events.close();
    eventsOfOther.close();
    agent.close();
    client.close();
    server.close();
    log.close();
  }

  private static Policy networkPolicy(String ingress) {
    return NetworkPolicyReader.read(
        Serialization.unmarshal(
            "metadata: {namespace: shop, name: web, uid: u1}\n"
                + "spec: {podSelector: {}, ingress: "
                + ingress
                + "}",
            JsonNode.class));
  }

  private static Policy clusterNetworkPolicy() {
    return ClusterNetworkPolicyReader.read(
        Serialization.unmarshal(
            """
            metadata: {name: rules, uid: u2}
            spec:
              tier: Admin
              priority: 1
              subject: {namespaces: {}}
              egress: [{action: Accept, to: [{domainNames: [example.com]}, {namespaces: {}}]}]
            """,
            JsonNode.class));
  }

  private List<Event> events(String namespace) {
    return client.v1().events().inNamespace(namespace).list().getItems();
  }

  @Test
  void areLoggedAndShownOnTheirPolicyOnce() throws Exception {
    Policy bad = networkPolicy("[{from: [{}]}]");
    problems.show(List.of(networkPolicy("[{}]")));
    problems.show(List.of(bad));
    problems.show(List.of(bad, clusterNetworkPolicy()));
    new PolicyProblems(/* namesHaveAddresses= */ false, eventsOfOther, new Status("other"))
        .show(List.of(bad));

    Eventually.within(DEADLINE, () -> assertThat(events("shop")).hasSize(1));
    Eventually.within(DEADLINE, () -> assertThat(events("default")).hasSize(1));
    Event event = events("shop").getFirst();
    String text =
        "spec.ingress[0].from[0]: is empty; until that is corrected, the pods that it selects are"
            + " denied all ingress";
    assertThat(event.getType()).isEqualTo("Warning");
    assertThat(event.getReason()).isEqualTo("PolicyNotFollowed");
    assertThat(event.getMessage()).isEqualTo(text);
    assertThat(event.getInvolvedObject().getKind()).isEqualTo("NetworkPolicy");
    assertThat(event.getInvolvedObject().getName()).isEqualTo("web");
    assertThat(event.getInvolvedObject().getNamespace()).isEqualTo("shop");
    assertThat(event.getInvolvedObject().getUid()).isEqualTo("u1");
    assertThat(event.getMetadata().getName()).startsWith("web.");
    Event other = events("default").getFirst();
    assertThat(other.getReason()).isEqualTo("PolicyPartlyFollowed");
    assertThat(other.getInvolvedObject().getKind()).isEqualTo("ClusterNetworkPolicy");
    assertThat(other.getMessage())
        .isEqualTo(
            "spec.egress[0]: its domainNames match nothing on nodes without the DNS cache"
                + " (--dns-caching)");

    assertThat(log.linesWith("NetworkPolicy shop/web: " + text)).hasSize(2);
    assertThat(
            log.linesWith(
                "ClusterNetworkPolicy rules: spec.egress[0]: its domainNames match nothing"))
        .hasSize(1);
    assertThat(MetricsPage.of(status))
        .contains(
            "kindnet_network_policy_unusable{kind=\"NetworkPolicy\",part=\"direction\"} 1.0",
            "kindnet_network_policy_unusable{kind=\"NetworkPolicy\",part=\"rule\"} 0.0",
            "kindnet_network_policy_unusable{kind=\"ClusterNetworkPolicy\",part=\"direction\"} 0.0",
            "kindnet_network_policy_unusable{kind=\"ClusterNetworkPolicy\",part=\"rule\"} 1.0");
  }

  @Test
  void domainNamesAreNoneWhereAnswersAreCached() {
    new PolicyProblems(/* namesHaveAddresses= */ true, events, new Status("cached"))
        .show(List.of(clusterNetworkPolicy()));

    assertThat(log.linesWith("ClusterNetworkPolicy rules")).isEmpty();
  }

  @Test
  void endWithThePolicyAndAreNewWhenTheyComeBack() throws Exception {
    problems.show(List.of(networkPolicy("[{from: [{}]}]")));
    problems.show(List.of());
    assertThat(MetricsPage.of(status))
        .contains("kindnet_network_policy_unusable{kind=\"NetworkPolicy\",part=\"direction\"} 0.0");
    problems.show(List.of(networkPolicy("[{from: [{}]}]")));
    problems.show(List.of(networkPolicy("[{ports: [{port: 0}]}]")));
    assertThat(log.linesWith("NetworkPolicy shop/web")).hasSize(3);
    Eventually.within(DEADLINE, () -> assertThat(events("shop")).hasSize(2));
  }

  @Test
  void areFoundInTheClusterAsLongAsItsTierIsEnforced() {
    client
        .resource(
            """
            {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
             "metadata": {"namespace": "shop", "name": "bad"},
             "spec": {"podSelector": {}, "policyTypes": ["Forward"]}}
            """)
        .create();
    client
        .resource(
            """
            {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
             "metadata": {"name": "clusternetworkpolicies.policy.networking.k8s.io"},
             "spec": {"group": "policy.networking.k8s.io", "scope": "Cluster",
              "names": {"plural": "clusternetworkpolicies", "kind": "ClusterNetworkPolicy"},
              "versions": [{"name": "v1alpha2", "served": true, "storage": true}]}}
            """)
        .create();
    for (String tier : List.of("Admin", "Baseline")) {
      client
          .resource(
              """
              {"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy",
               "metadata": {"name": "bad-%s"}, "spec": {"tier": "%s", "priority": -1,
                "subject": {"namespaces": {}}, "egress": [{}]}}
              """
                  .formatted(tier.toLowerCase(Locale.ROOT), tier))
          .create();
    }
    Status ofNode = new Status("node");
    NetworkPolicyOptions options =
        new NetworkPolicyOptions(
            /* enabled= */ true, /* adminTier= */ true, /* baselineTier= */ false);
    try (PolicyResources resources =
        new PolicyResources(
            agent, options, /* namesHaveAddresses= */ false, "node1", ofNode, () -> 3)) {
      resources.start();
      // of a type that nobody knows, for both directions
      Eventually.within(DEADLINE, () -> assertThat(events("shop")).hasSize(2));
      Eventually.within(DEADLINE, () -> assertThat(events("default")).hasSize(1));
      assertThat(events("default").getFirst().getInvolvedObject().getName()).isEqualTo("bad-admin");
      assertThat(log.linesWith("bad-baseline")).isEmpty();
    }
  }

  @Test
  void areInTheLogWhereNobodyTakesEvents() {
    server.close();
    problems.show(List.of(networkPolicy("[{from: [{}]}]")));
    Eventually.within(
        DEADLINE, () -> assertThat(log.linesWith("no Event on NetworkPolicy shop/web")).hasSize(1));
  }
}
