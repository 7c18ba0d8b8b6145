package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import io.kindnet.e2e.cluster.ProxyMode;
import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Network policies, on two nodes. */
@RealCluster
@SuppressWarnings("InlineFormatString") // a whole Pod would bury the code that fills it in
class NetworkPolicyE2E {
  private static final String ISOLATED = "e2e-isolated";
  private static final int PODS_ON_NODE = 5;
  private static final Duration CALM = Duration.ofSeconds(3);

  private static final String DENY_ALL =
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: deny-all}
      spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
      """;

  private static final String DENY_INGRESS =
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: deny-ingress}
      spec: {podSelector: {}, policyTypes: [Ingress]}
      """;

  /**
   * Tries to reach two servers from its first moment on, a hundred times in the first second or so,
   * and says how often it did.
   */
  private static final String EAGER =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: %s, labels: {app: eager}}
      spec:
        nodeName: %s
        restartPolicy: Never
        terminationGracePeriodSeconds: 1
        containers:
        - name: eager
          image: kindnet/e2e-pod:1
          command:
          - sh
          - -c
          - |
            i=0
            while [ $i -lt 50 ]; do
              for server in %s; do
                (nc -w 2 $server 8080 </dev/null >/dev/null 2>&1 && echo reached $server) &
              done
              i=$((i + 1))
              usleep 20000
            done
            wait
            echo done
      """;

  @Test
  void podsAreIsolatedFromTheirFirstMillisecond(TestCluster cluster) {
    List<String> servers = servers(cluster);
    try (PolicyNamespace isolated = PolicyNamespace.create(cluster, ISOLATED);
        PolicyNamespace open = PolicyNamespace.create(cluster, "e2e-open")) {
      isolated.apply(DENY_ALL);
      List<String> names = new ArrayList<>();
      for (Node node : cluster.nodes()) {
        for (int number = 1; number <= PODS_ON_NODE; number++) {
          String name = "eager-" + node.name() + "-" + number;
          names.add(name);
          for (PolicyNamespace namespace : List.of(isolated, open)) {
            namespace.apply(EAGER.formatted(name, node.name(), String.join(" ", servers)));
          }
        }
      }
      for (String name : names) {
        assertThat(reached(open, name)).as("without policies, " + name).isGreaterThan(50);
        assertThat(reached(isolated, name)).as("isolated, " + name).isZero();
      }
    }
    cluster.assertNothingLeaks();
  }

  /** A server on each node. */
  private static List<String> servers(TestCluster cluster) {
    List<String> addresses = new ArrayList<>();
    for (Node node : cluster.nodes()) {
      cluster.apply(Manifests.pod("server-" + node.name(), node.name()));
    }
    for (Node node : cluster.nodes()) {
      addresses.add(cluster.awaitPod("server-" + node.name()).ipv4());
    }
    return addresses;
  }

  private static long reached(PolicyNamespace namespace, String pod) {
    Eventually.within(
        TestCluster.DEADLINE,
        () -> assertThat(namespace.run("logs", pod).lines()).as(pod).contains("done"));
    return namespace.run("logs", pod).lines().filter(line -> line.startsWith("reached ")).count();
  }

  @Test
  void kubeletProbesPodsThatNobodyElseReaches(TestCluster cluster) {
    List<String> servers = servers(cluster);
    try (PolicyNamespace isolated = PolicyNamespace.create(cluster, ISOLATED)) {
      isolated.apply(DENY_ALL);
      for (Node node : cluster.nodes()) {
        isolated.apply(probed("probed-" + node.name(), node));
      }
      for (Node node : cluster.nodes()) {
        String address = isolated.awaitAddress("probed-" + node.name());
        assertThat(node.machine().run(Http.ask(address, Pod.PORT))).contains(" saw ");
        for (Node from : cluster.nodes()) {
          PolicyNamespace open = new PolicyNamespace(cluster, TestCluster.NAMESPACE);
          assertThat(open.attempt("server-" + from.name(), Http.ask(address, Pod.PORT, 2)))
              .doesNotContain(" saw ");
        }
        isolated.awaitDenied("probed-" + node.name(), servers.getFirst(), Pod.PORT);
      }
      for (Node node : cluster.nodes()) {
        String status = "jsonpath={.status.containerStatuses[0].restartCount}";
        assertThat(isolated.run("get", "pod", "probed-" + node.name(), "-o", status))
            .isEqualTo("0");
      }
    }
  }

  private static String probed(String name, Node node) {
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: %s}
    spec:
      nodeName: %s
      terminationGracePeriodSeconds: 1
      containers:
      - name: web
        image: kindnet/e2e-pod:1
        readinessProbe: {httpGet: {path: /cgi-bin/who, port: 8080}, periodSeconds: 1}
        livenessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1, failureThreshold: 2}
    """
        .formatted(name, node.name());
  }

  @Test
  void namesAreLookedUpWhereAPolicyAllowsNothingElse(TestCluster cluster) {
    cluster.apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: dns, labels: {k8s-app: dns}}
        spec:
          nodeName: %s
          terminationGracePeriodSeconds: 1
          containers:
          - {name: dns, image: "kindnet/e2e-pod:1", command: [dns]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: dns}
        spec: {selector: {k8s-app: dns}, ports: [{port: 53, protocol: UDP}]}
        """
            .formatted(cluster.nodes().getLast().name()));
    cluster.awaitPod("dns");
    List<String> servers = servers(cluster);
    String service =
        cluster.inNamespace("get", "service", "dns", "-o", "jsonpath={.spec.clusterIP}");
    try (PolicyNamespace isolated = PolicyNamespace.create(cluster, ISOLATED)) {
      isolated.apply(DENY_ALL);
      isolated.apply(
          """
          apiVersion: networking.k8s.io/v1
          kind: NetworkPolicy
          metadata: {name: allow-dns}
          spec:
            podSelector: {}
            policyTypes: [Egress]
            egress:
            - to:
              - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: e2e}}
                podSelector: {matchLabels: {k8s-app: dns}}
              ports: [{protocol: UDP, port: 53}]
          """);
      isolated.apply(Manifests.pod("client", cluster.nodes().getFirst().name()));
      isolated.awaitAddress("client");

      Eventually.within(
          TestCluster.DEADLINE,
          () ->
              assertThat(
                      isolated.attempt(
                          "client", "timeout", "5", "nslookup", "-type=a", "web.test", service))
                  .contains("192.0.2.53"));
      isolated.awaitDenied("client", servers.getFirst(), Pod.PORT);
    }
  }

  @Test
  void aPolicyThatChangesMeetsConnectionsThatExist(TestCluster cluster) {
    Traffic traffic = Traffic.startBetweenPods(cluster);

    cluster.apply(DENY_INGRESS);
    traffic.awaitStandstill(CALM);

    cluster.inNamespace("delete", "networkpolicy", "deny-ingress");
    traffic.awaitProgress();

    cluster.apply(DENY_INGRESS.replace("[Ingress]", "[Egress]"));
    traffic.awaitStandstill(CALM);
    cluster.inNamespace("delete", "networkpolicy", "deny-ingress");
    traffic.awaitProgress();
  }

  @Test
  void portsByNameAndBlocksOfAddresses(TestCluster cluster) {
    Outside.on(cluster);
    try (PolicyNamespace isolated = PolicyNamespace.create(cluster, ISOLATED)) {
      isolated.apply(
          Manifests.pod(
              "web", cluster.nodes().getFirst().name(), "{containerPort: 8080, name: http}"));
      for (Node node : cluster.nodes()) {
        isolated.apply(Manifests.pod("client-" + node.name(), node.name()));
      }
      isolated.apply(
          """
          apiVersion: networking.k8s.io/v1
          kind: NetworkPolicy
          metadata: {name: by-name}
          spec:
            podSelector: {}
            policyTypes: [Ingress]
            ingress: [{from: [{podSelector: {}}], ports: [{port: http}]}]
          """);
      String web = isolated.awaitAddress("web");
      String last = "client-" + cluster.nodes().getLast().name();
      String lastAddress = isolated.awaitAddress(last);
      for (Node node : cluster.nodes()) {
        String client = "client-" + node.name();
        isolated.awaitAddress(client);
        isolated.awaitReached(client, web, Pod.PORT);
        // whose container gives no port that name
        isolated.awaitDenied(client.equals(last) ? "web" : client, lastAddress, Pod.PORT);
      }

      isolated.apply(egressTo("198.51.100.0/24", ""));
      isolated.awaitReached(last, Outside.IPV4, Pod.PORT);
      isolated.awaitDenied(last, web, Pod.PORT);
      isolated.apply(egressTo("198.51.100.0/24", ", except: [" + Outside.IPV4 + "/32]"));
      isolated.awaitDenied(last, Outside.IPV4, Pod.PORT);
      isolated.apply(egressTo("0.0.0.0/0", ""));
      isolated.awaitReached(last, Outside.IPV4, Pod.PORT);
      isolated.awaitReached(last, web, Pod.PORT);
    }
  }

  private static String egressTo(String cidr, String except) {
    return """
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: egress}
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress: [{to: [{ipBlock: {cidr: %s%s}}]}]
    """
        .formatted(cidr, except);
  }

  @ParameterizedTest
  @EnumSource
  void servicesObeyThePoliciesOfTheirPods(ProxyMode mode, TestCluster cluster) {
    Progress.say("  kube-proxy in mode " + mode);
    try (PolicyNamespace isolated = PolicyNamespace.create(cluster, ISOLATED)) {
      cluster.nodes().forEach(node -> node.restartKubeProxy(mode));
      isolated.apply(Manifests.daemonSet("backend"));
      isolated.apply(Manifests.service("backend", 80));
      isolated.apply(
          """
          apiVersion: networking.k8s.io/v1
          kind: NetworkPolicy
          metadata: {name: backend}
          spec:
            podSelector: {matchLabels: {app: backend}}
            policyTypes: [Ingress]
            ingress: [{from: [{podSelector: {matchLabels: {role: friend}}}], ports: [{port: 8080}]}]
          """);
      for (Node node : cluster.nodes()) {
        for (String name : List.of("friend", "stranger")) {
          String pod = name + "-" + node.name();
          isolated.apply(
              Manifests.pod(pod, node.name())
                  .replace(
                      "{name: " + pod + "}",
                      "{name: %s, labels: {role: %s}}".formatted(pod, name)));
        }
      }
      isolated.run("rollout", "status", "daemonset/backend", "--timeout=120s");
      String service =
          isolated.run("get", "service", "backend", "-o", "jsonpath={.spec.clusterIP}");
      for (Node node : cluster.nodes()) {
        isolated.awaitAddress("friend-" + node.name());
        isolated.awaitAddress("stranger-" + node.name());
        for (int connection = 1; connection <= 5; connection++) {
          isolated.awaitReached("friend-" + node.name(), service, 80);
        }
        isolated.awaitDenied("stranger-" + node.name(), service, 80);
      }
    } finally {
      cluster.nodes().forEach(node -> node.restartKubeProxy(ProxyMode.DEFAULT));
    }
  }
}
