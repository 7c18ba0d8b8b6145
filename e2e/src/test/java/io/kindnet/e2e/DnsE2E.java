package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pods ask CoreDNS, and the agents of their nodes answer what they know. */
@RealCluster
@SuppressWarnings("InlineFormatString") // a whole Pod would bury the code that fills it in
class DnsE2E {
  private static final String ISOLATED = "e2e-isolated";

  /** Asks all the time, and notes what came of it. */
  private static final String ASKING =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: asking}
      spec:
        nodeName: %s
        terminationGracePeriodSeconds: 1
        containers:
        - name: asking
          image: kindnet/e2e-pod:1
          command:
          - sh
          - -c
          - |
            while :; do
              if timeout 10 nslookup -type=a %s | grep -q '%s$'; then
                echo answered
              else
                echo unanswered
              fi >>/tmp/asked
              usleep 50000
            done
      """;

  private static final String ALLOW_DNS =
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: allow-dns}
      spec:
        podSelector: {}
        policyTypes: [Egress]
        egress:
        - to:
          - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
            podSelector: {matchLabels: {k8s-app: kube-dns}}
          ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
      """;

  private static final String DENY_ALL =
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: deny-all}
      spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
      """;

  /** Without the schema that it is published with. */
  private static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: clusternetworkpolicies.policy.networking.k8s.io
        annotations: {api-approved.kubernetes.io: "https://github.com/kubernetes-sigs/network-policy-api/pull/300"}
      spec:
        group: policy.networking.k8s.io
        scope: Cluster
        names: {plural: clusternetworkpolicies, singular: clusternetworkpolicy, kind: ClusterNetworkPolicy}
        versions:
        - name: v1alpha2
          served: true
          storage: true
          schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
      """;

  private static final String BY_NAME =
      """
      apiVersion: policy.networking.k8s.io/v1alpha2
      kind: ClusterNetworkPolicy
      metadata: {name: by-name}
      spec:
        tier: Admin
        priority: 10
        subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: e2e-isolated}}}
        egress:
        - {action: Accept, to: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]}
        - {action: Accept, to: [{domainNames: ["*.example.test"]}]}
        - {action: Deny, to: [{networks: ["0.0.0.0/0", "::/0"]}]}
      """;

  @Test
  void namesOfServicesAreAnsweredFromTheCache(TestCluster cluster) {
    try (ClusterDns dns = ClusterDns.on(cluster)) {
      cluster.apply(Manifests.daemonSet("web"));
      cluster.apply(Manifests.service("web", Pod.PORT));
      cluster.awaitRollout("daemonset/web");
      for (Pod pod : cluster.pods("app=web")) {
        Node node = cluster.nodeOf(pod);
        String as = "on " + node.name();
        // with the search list, as programs look up names
        Eventually.within(
            TestCluster.DEADLINE,
            () ->
                assertThat(pod.run("sh", "-c", "ping -c 1 -W 1 kubernetes.default || true"))
                    .as(as)
                    .contains("(" + ClusterDns.API_SERVER_ADDRESS + ")"));
        assertThat(pod.ask("web." + TestCluster.NAMESPACE, Pod.PORT)).as(as).contains(" saw ");

        Eventually.within(
            TestCluster.DEADLINE,
            () -> {
              double before = ClusterDns.hits(node);
              pod.run(ClusterDns.lookUp(ClusterDns.API_SERVER));
              assertThat(ClusterDns.hits(node)).as("hits " + as).isGreaterThan(before);
            });
        assertThat(dns.report(node, ClusterDns.API_SERVER))
            .as(as)
            .containsPattern(ClusterDns.ADDRESS + ":53 +answers")
            .containsPattern(ClusterDns.API_SERVER + "\\. +A +records");
      }
    }
  }

  @Test
  void namesAreResolvedAfterTheAgentWasKilled(TestCluster cluster) {
    try (ClusterDns _ = ClusterDns.on(cluster)) {
      Node node = cluster.node(1);
      cluster.apply(
          ASKING.formatted(node.name(), ClusterDns.API_SERVER, ClusterDns.API_SERVER_ADDRESS));
      Pod pod = cluster.awaitPod("asking");
      Eventually.within(
          TestCluster.DEADLINE, () -> assertThat(ClusterDns.hits(node)).isGreaterThan(20));
      int first = asked(node).lastIndexOf("unanswered") + 1;

      // which would start it again
      node.kubelet().stop();
      try {
        cluster.kindnet().kill(node);
        int before = asked(node).size();
        Eventually.within(
            TestCluster.DEADLINE, () -> assertThat(asked(node)).hasSizeGreaterThan(before + 50));
        assertThat(node.machine().attempt("pgrep", "--full", "io.kindnet.kindnetd.Kindnetd").exit())
            .as("no agent is there")
            .isEqualTo(1);
      } finally {
        node.kubelet().start();
        node.kubelet().awaitReady();
      }
      cluster.kindnet().awaitReady();
      Eventually.within(
          TestCluster.DEADLINE, () -> assertThat(ClusterDns.hits(node)).isGreaterThan(20));
      List<String> asked = asked(node);
      assertThat(asked.subList(first, asked.size())).doesNotContain("unanswered");
      assertThat(pod.restarts()).isZero();
    }
  }

  /** What has come of each question of the pod that asks, without the help of a kubelet. */
  private static List<String> asked(Node node) {
    return node.machine()
        .run("sh", "-c", "cat /proc/$(pgrep --full --oldest '^sh -c while :; do')/root/tmp/asked")
        .lines()
        .toList();
  }

  @Test
  void whoMayNotAskGetsNoAnswerFromTheCache(TestCluster cluster) {
    Node node = cluster.node(1);
    try (ClusterDns _ = ClusterDns.on(cluster);
        PolicyNamespace isolated = PolicyNamespace.create(cluster, ISOLATED)) {
      cluster.apply(Manifests.pod("open", node.name()));
      isolated.apply(Manifests.pod("client", node.name()));
      isolated.awaitAddress("client");
      Pod open = cluster.awaitPod("open");
      Eventually.within(TestCluster.DEADLINE, () -> assertResolved(lookUp(isolated)));

      isolated.apply(DENY_ALL);
      Eventually.within(TestCluster.DEADLINE, () -> assertThat(lookUp(isolated)).isEmpty());
      // another pod of the node has it from the cache
      double before = ClusterDns.hits(node);
      assertResolved(open.run(ClusterDns.lookUp(ClusterDns.API_SERVER)));
      assertResolved(open.run(ClusterDns.lookUp(ClusterDns.API_SERVER)));
      assertThat(ClusterDns.hits(node)).isGreaterThan(before);
      assertThat(lookUp(isolated)).isEmpty();

      isolated.apply(ALLOW_DNS);
      Eventually.within(
          TestCluster.DEADLINE,
          () -> {
            double hits = ClusterDns.hits(node);
            assertResolved(lookUp(isolated));
            assertThat(ClusterDns.hits(node)).isGreaterThan(hits);
          });
      isolated.run("delete", "networkpolicy", "allow-dns");
      Eventually.within(TestCluster.DEADLINE, () -> assertThat(lookUp(isolated)).isEmpty());
    }
  }

  private static String lookUp(PolicyNamespace namespace) {
    return namespace.attempt("client", ClusterDns.lookUp(ClusterDns.API_SERVER));
  }

  private static void assertResolved(String said) {
    assertThat(said).contains("Address: " + ClusterDns.API_SERVER_ADDRESS);
  }

  @Test
  void policiesLetPodsReachWhatANameStandsFor(TestCluster cluster) {
    Outside.on(cluster);
    cluster.kubectl().runWithInput(DEFINITION, "apply", "-f", "-");
    try (ClusterDns _ = ClusterDns.on(cluster, "--admin-network-policy");
        PolicyNamespace isolated = PolicyNamespace.create(cluster, ISOLATED)) {
      isolated.apply(Manifests.pod("client", cluster.node(1).name()));
      isolated.awaitAddress("client");
      isolated.awaitReached("client", Outside.IPV4, Pod.PORT);

      Eventually.within(
          TestCluster.DEADLINE, () -> cluster.kubectl().runWithInput(BY_NAME, "apply", "-f", "-"));
      isolated.awaitDenied("client", Outside.IPV4, Pod.PORT);
      // an address of another name
      assertThat(isolated.attempt("client", Http.ask("example.test", Pod.PORT, 2)))
          .doesNotContain(" saw ");

      isolated.awaitReached("client", ClusterDns.OUTSIDE_NAME, Pod.PORT);
      isolated.awaitReached("client", Outside.IPV4, Pod.PORT);
    } finally {
      cluster.kubectl().runWithInput(DEFINITION, "delete", "--ignore-not-found", "-f", "-");
    }
  }
}
