package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.e2e.cluster.ProxyMode;
import io.kindnet.netlink.testing.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Host ports and Services with kube-proxy in each mode that does without IPVS, which few kernels of
 * build machines have. The Service and a host port have the same number: neither takes the traffic
 * of the other.
 */
@RealCluster
class KubeProxyE2E {
  private static final int PORT = 8081;

  @ParameterizedTest
  @EnumSource
  void hostPortsAndServicesAreReached(ProxyMode mode, TestCluster cluster) {
    Progress.say("  kube-proxy in mode " + mode);
    try {
      for (Node node : cluster.nodes()) {
        node.restartKubeProxy(mode);
        assertThat(modesInUse(node.machine())).as("on " + node.name()).containsExactly(mode);
      }
      Node node = cluster.node(1);
      cluster.apply(
          Manifests.pod("web", node.name(), "{containerPort: 8080, hostPort: " + PORT + "}"));
      cluster.apply(Manifests.daemonSet("backend"));
      cluster.apply(Manifests.service("backend", PORT));
      cluster.awaitRollout("daemonset/backend");
      List<Pod> pods = new ArrayList<>(cluster.pods("app=backend"));
      pods.add(cluster.awaitPod("web"));

      assertHostPortIsReached(cluster, node, pods);
      assertServiceIsReached(cluster, pods);
      assertThat(node.machine().run(Http.ask("127.0.0.1", PORT))).startsWith("web saw ");
      cluster.assertNothingLeaks();
    } finally {
      cluster.nodes().forEach(node -> node.restartKubeProxy(ProxyMode.DEFAULT));
    }
  }

  private static void assertHostPortIsReached(TestCluster cluster, Node node, List<Pod> pods) {
    for (String address : node.addresses()) {
      String[] ask = Http.ask(address, PORT);
      assertThat(cluster.outside().run(ask)).startsWith("web saw ");
      for (Node from : cluster.nodes()) {
        assertThat(from.machine().run(ask)).as("from " + from.name()).startsWith("web saw ");
      }
      for (Pod from : pods) {
        assertThat(from.run(ask)).as("from " + from.name()).startsWith("web saw ");
      }
    }
  }

  /** At its own addresses, and from outside at the port that all nodes have for it. */
  private static void assertServiceIsReached(TestCluster cluster, List<Pod> pods) {
    JsonNode service = Json.read(cluster.inNamespace("get", "service", "backend", "-o", "json"));
    JsonNode addresses = service.at("/spec/clusterIPs");
    assertThat(addresses).hasSize(2);
    for (JsonNode address : addresses) {
      String[] ask = Http.ask(address.asText(), PORT);
      for (Node from : cluster.nodes()) {
        assertAnswers(from.name(), () -> from.machine().run(ask));
      }
      for (Pod from : pods) {
        assertAnswers(from.name(), () -> from.run(ask));
      }
    }
    int nodePort = service.at("/spec/ports/0/nodePort").asInt();
    for (Node node : cluster.nodes()) {
      for (String address : node.addresses()) {
        assertAnswers("outside", () -> cluster.outside().run(Http.ask(address, nodePort)));
      }
    }
  }

  /** kube-proxy programs a Service some time after it was made. */
  private static void assertAnswers(String from, Supplier<String> answer) {
    Eventually.within(
        TestCluster.DEADLINE,
        () -> assertThat(answer.get()).as("from " + from).startsWith("backend-"));
  }

  /** Those of which there are rules. */
  private static List<ProxyMode> modesInUse(Machine machine) {
    String rules = machine.run("nft", "--stateless", "list", "ruleset");
    List<ProxyMode> modes = new ArrayList<>();
    if (rules.contains("chain KUBE-SERVICES")) {
      modes.add(ProxyMode.IPTABLES);
    }
    if (rules.contains("table ip kube-proxy") && rules.contains("table ip6 kube-proxy")) {
      modes.add(ProxyMode.NFTABLES);
    }
    return modes;
  }
}
