package io.kindnet.kindnetd.nodestatus;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.ReadinessPage;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.cluster.nodes.NodeWatch;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.kube.LocalApiServer;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.testing.Eventually;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What others see of the Node on an API server in this process. */
class NodeConditionAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final ClusterNodes nodes = new ClusterNodes("self");
  private final Status status = new Status("test");
  private final AgentStatus routes = status.agent("routes");
  private final LocalApiServer server = new LocalApiServer(0);
  private final KubernetesClient admin = server.client();
  private final ApiClient client;
  private final NodeWatch watch;
  private final NodeConditionAgent agent;

  NodeConditionAgentTest() throws Exception {
    Optional<URI> url = Optional.of(URI.create("http://127.0.0.1:" + server.port()));
    client =
        ApiServer.connect(
            new ApiServerOptions(Optional.empty(), url, Optional.empty()), Map.of(), address -> {});
    watch = new NodeWatch(client, nodes, status);
    agent = new NodeConditionAgent(client, watch, nodes, status, "routes");
  }

  @BeforeEach
  void start() {
    routes.begin();
    agent.start();
    watch.start();
  }

  @AfterEach
  void stop() {
    watch.close();
    agent.close();
    client.close();
    admin.close();
    server.close();
  }

  private static Node node(String networkUnavailable, String reason) {
    return new NodeBuilder(Nodes.node("self", List.of("10.244.0.0/24"), List.of("192.0.2.1")))
        .editStatus()
        .addNewCondition()
        .withType("MemoryPressure")
        .withStatus("False")
        .withReason("KubeletHasSufficientMemory")
        .endCondition()
        .addNewCondition()
        .withType("NetworkUnavailable")
        .withStatus(networkUnavailable)
        .withReason(reason)
        .endCondition()
        .endStatus()
        .build();
  }

  private List<String> conditions() {
    return admin.nodes().withName("self").get().getStatus().getConditions().stream()
        .map(condition ->
            condition.getType() + " " + condition.getStatus() + " " + condition.getReason())
        .toList();
  }

  private void awaitAvailable() {
    Eventually.within(
        DEADLINE, () -> assertThat(conditions()).contains("NetworkUnavailable False KindnetIsUp"));
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
  }

  @Test
  void saysSoOnceTheNodeIsThereAndItsNetworkIsInPlace() {
    Eventually.within(
        DEADLINE,
        () -> assertThat(status.problems()).contains("node-condition waiting for routes"));
    routes.ready();
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(status.problems())
                .containsExactly("node-condition Node self is not there yet"));

    admin.resource(Nodes.node("self", List.of("10.244.0.0/24"), List.of("192.0.2.1"))).create();

    awaitAvailable();
    Node node = admin.nodes().withName("self").get();
    assertThat(node.getSpec().getPodCIDRs()).containsExactly("10.244.0.0/24");
    assertThat(node.getStatus().getAddresses()).hasSize(1);
    assertThat(node.getStatus().getConditions().getFirst().getLastTransitionTime())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
  }

  @Test
  void changesTrueWhoeverSaysIt() {
    admin.resource(node("True", "NoRouteCreated")).create();
    routes.ready();
    awaitAvailable();

    admin.resource(node("True", "NoRouteCreated")).update();

    awaitAvailable();
    assertThat(conditions())
        .as("of others")
        .hasSize(2)
        .contains("MemoryPressure False KubeletHasSufficientMemory");
  }

  @Test
  void saysNothingWhereOthersHaveSaidIt() {
    Node node = admin.resource(node("False", "RouteCreated")).create();
    routes.ready();

    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
    assertThat(admin.nodes().withName("self").get()).isEqualTo(node);
  }

  @Test
  void triesAgainWhatTheServerRefused() {
    server.refusePatches(500, 3);
    admin.resource(node("True", "NoRouteCreated")).create();
    routes.ready();

    awaitAvailable();
    assertThat(server.refusalsLeft()).isZero();
  }

  @Test
  void doesNotInsistOnWhatItMayNotDo() throws Exception {
    server.refusePatches(403, 1);
    routes.ready();
    // else a look for the Node might be followed by one for the routes, which is a second try
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(status.problems())
                .containsExactly("node-condition Node self is not there yet"));
    admin.resource(node("True", "NoRouteCreated")).create();

    Eventually.within(DEADLINE, () -> assertThat(server.refusalsLeft()).isZero());
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
    assertThat(conditions())
        .as("a second try would have succeeded")
        .contains("NetworkUnavailable True NoRouteCreated");
    assertThat(ReadinessPage.of(status))
        .contains(
            "[+]node-condition ok, but kindnetd may not set the condition NetworkUnavailable\n");

    // as with a role that was put right, and a reason to look again
    routes.waiting("for the test");
    routes.ready();
    awaitAvailable();
    Eventually.within(
        DEADLINE, () -> assertThat(ReadinessPage.of(status)).contains("[+]node-condition ok\n"));
  }
}
