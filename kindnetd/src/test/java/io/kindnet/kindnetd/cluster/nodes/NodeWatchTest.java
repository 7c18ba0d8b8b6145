package io.kindnet.kindnetd.cluster.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.kube.LocalApiServer;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Nodes come and go on an API server in this process. */
class NodeWatchTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private final ClusterNodes nodes = new ClusterNodes("self");
  private final AtomicInteger changes = new AtomicInteger();

  private List<ClusterNode> peers() {
    return nodes.snapshot().orElseThrow(() -> new AssertionError("no list yet")).peers();
  }

  /** A change can be seen a moment before it is told. */
  private void awaitChanges(String what, int expected) {
    Eventually.within(DEADLINE, () -> assertThat(changes).as(what).hasValue(expected));
  }

  private static ApiClient connect(int port) throws IOException, InterruptedException {
    Optional<URI> url = Optional.of(URI.create("http://127.0.0.1:" + port));
    return ApiServer.connect(
        new ApiServerOptions(Optional.empty(), url, Optional.empty()), Map.of(), address -> {});
  }

  @Test
  void followsNodesAndDropsHeartbeats() throws Exception {
    nodes.onChange(changes::incrementAndGet);
    Node self = Nodes.node("self", List.of("10.244.0.0/24"), List.of("192.0.2.1"));
    Node a = Nodes.node("a", List.of("10.244.1.0/24"), List.of("192.0.2.2"));
    try (LocalApiServer server = new LocalApiServer(0);
        KubernetesClient admin = server.client();
        ApiClient client = connect(server.port());
        NodeWatch watch = new NodeWatch(client, nodes, new Status("test"))) {
      admin.resource(self).create();
      watch.start();
      Eventually.within(DEADLINE, () -> assertThat(peers()).isEmpty());
      assertThat(nodes.snapshot().orElseThrow().self()).isPresent();

      admin.resource(a).create();
      Eventually.within(DEADLINE, () -> assertThat(peers()).hasSize(1));
      assertThat(peers().getFirst().podCidrs()).hasToString("[10.244.1.0/24]");

      // heartbeats change conditions and resource versions only; the change behind them shows that
      // they have been seen
      awaitChanges("the list and one Node", 2);
      for (int beat = 0; beat < 5; beat++) {
        String time = "2026-01-01T00:00:0" + beat + "Z";
        admin
            .nodes()
            .withName("a")
            .edit(node ->
                node.edit()
                    .editStatus()
                    .withConditions()
                    .addNewCondition()
                    .withType("Ready")
                    .withLastHeartbeatTime(time)
                    .endCondition()
                    .endStatus()
                    .build());
      }
      admin
          .nodes()
          .withName("a")
          .edit(node -> node.edit().editSpec().withPodCIDRs("10.244.9.0/24").endSpec().build());
      Eventually.within(
          DEADLINE, () -> assertThat(peers().getFirst().podCidrs()).hasToString("[10.244.9.0/24]"));
      awaitChanges("the list, one Node and its pod CIDR", 3);

      admin.nodes().withName("a").delete();
      Eventually.within(DEADLINE, () -> assertThat(peers()).isEmpty());
    }
  }

  @Test
  void waitsForAServerThatIsNotThereYetAndSurvivesItsRestart() throws Exception {
    int port = freePort();
    try (ApiClient client = connect(port);
        NodeWatch watch = new NodeWatch(client, nodes, new Status("test"))) {
      watch.start();
      try (LocalApiServer server = new LocalApiServer(port);
          KubernetesClient admin = server.client()) {
        admin.resource(Nodes.node("a", List.of("10.244.1.0/24"), List.of("192.0.2.2"))).create();
        Eventually.within(DEADLINE, () -> assertThat(peers()).hasSize(1));
        // seen over the watch
        admin.resource(Nodes.node("c", List.of("10.244.3.0/24"), List.of("192.0.2.4"))).create();
        Eventually.within(DEADLINE, () -> assertThat(peers()).hasSize(2));
      }
      try (LocalApiServer server = new LocalApiServer(port);
          KubernetesClient admin = server.client()) {
        admin.resource(Nodes.node("b", List.of("10.244.2.0/24"), List.of("192.0.2.3"))).create();
        Eventually.within(
            DEADLINE, () -> assertThat(peers()).extracting(ClusterNode::name).contains("b"));
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
