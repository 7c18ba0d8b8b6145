package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.conntrack.ConntrackSocket;
import io.kindnet.netlink.conntrack.FlowFilter;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Transport;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real kindnetd shows in {@code /metrics}, read as Prometheus does. */
@NetworkNamespaces
class DashboardTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final int TCP = 6;
  private static final Path DASHBOARD = Path.of("..", "docs", "dashboards", "kindnet.json");
  private static final Path PROMTOOL = Path.of("..", "target", "tools", "promtool");

  /** What {@code promtool} says of names that are the original's. */
  private static final List<String> NAMES_OF_THE_ORIGINAL =
      List.of(
          "kindnet_conntrack_connection_bytes_total ",
          "kindnet_conntrack_connection_packets_total ",
          "kindnet_conntrack_entries_total ",
          "kindnet_conntrack_events_counter ",
          "kindnet_conntrack_tcp_connection_seen_reply_latency_milliseconds ");

  private final Namespace node;
  private final Path directory;

  DashboardTest(Namespace node, @TempDir Path directory) {
    this.node = node;
    this.directory = directory;
    node.loopbackUp();
  }

  private String metrics() throws IOException {
    Map<String, String> environment =
        Map.of("NODE_NAME", "node1", "HOST_IP", "127.0.0.1", "POD_IP", "127.0.0.1");
    try (ApiServerProcess api = ApiServerProcess.start(node, "127.0.0.1", 8080);
        AgentProcess agent =
            AgentProcess.start(
                node,
                environment,
                "--master=http://127.0.0.1:8080",
                "--cni-conf-dir=" + directory.resolve("net.d"),
                "--cni-socket=" + directory.resolve("cni.sock"))) {
      api.apply(Nodes.node("node1", List.of("10.244.1.0/24"), List.of("127.0.0.1")));
      api.apply(new NamespaceBuilder().withNewMetadata().withName("shop").endMetadata().build());
      api.apply(pod());
      api.apply(denyAll());
      Eventually.within(
          DEADLINE,
          () -> {
            assertThat(agent.get("/readyz")).as(agent.log()).contains("[+]conntrack ok");
            assertThat(agent.get("/metrics"))
                .contains("kindnet_network_policy_denied_packets_total{");
          });
      connect();
      String[] page = {""};
      Eventually.within(
          DEADLINE,
          () -> {
            page[0] = agent.get("/metrics");
            assertThat(page[0])
                .contains("kindnet_conntrack_connection_duration_seconds_count{protocol=\"tcp\"}");
          });
      return page[0];
    }
  }

  private static Pod pod() {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName("web")
        .endMetadata()
        .withNewSpec()
        .withNodeName("node1")
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .addNewPodIP("10.244.1.7")
        .endStatus()
        .build();
  }

  private static NetworkPolicy denyAll() {
    return new NetworkPolicyBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName("deny-all")
        .endMetadata()
        .withNewSpec()
        .withNewPodSelector()
        .endPodSelector()
        .withPolicyTypes("Ingress")
        .endSpec()
        .build();
  }

  /** A connection that conntrack has given up. */
  private void connect() {
    try (EchoPeer peer = EchoPeer.in(node, "peer");
        NetworkNamespace entered = NetworkNamespace.open(node.path().toString())) {
      peer.listen(Transport.TCP, "127.0.0.1", 9999).ask(EchoRequest.tcp("127.0.0.1", 9999));
      entered.call(() -> {
        try (ConntrackSocket conntrack = ConntrackSocket.open()) {
          conntrack.delete(FlowFilter.of(AddressFamily.IPV4, TCP).toPort(9999));
        }
        return 0;
      });
    }
  }

  private CommandResult promtool(String input, String... arguments) {
    assertThat(PROMTOOL).as("built by make tools").isExecutable();
    List<String> command = new ArrayList<>(List.of(PROMTOOL.toAbsolutePath().toString()));
    command.addAll(List.of(arguments));
    return node.tryRunWithInput(input, command.toArray(String[]::new));
  }

  @Test
  void everyQueryHasAnAnswerAndEveryNameIsAsItShouldBe() throws IOException {
    String page = metrics();

    CommandResult check = promtool(page, "check", "metrics");
    assertThat((check.stdout() + check.stderr()).lines().toList())
        .as("what promtool check metrics says")
        .isNotEmpty()
        .allMatch(
            line -> NAMES_OF_THE_ORIGINAL.stream().anyMatch(line::startsWith), "of the original");

    List<String> queries = queries();
    assertThat(queries).hasSizeGreaterThan(20);
    Path file = directory.resolve("queries.json"); // which is YAML, too
    Files.writeString(file, new ObjectMapper().writeValueAsString(test(series(page), queries)));
    CommandResult answers = promtool("", "test", "rules", file.toString());
    String got = answers.stdout() + answers.stderr();
    for (String query : queries) {
      // it was told that there is nothing, and says what there is instead
      String said =
          "expr: \"" + query.replace("\\", "\\\\").replace("\"", "\\\"") + "\", time: 10m";
      assertThat(got).as("the answer to " + query).contains(said);
    }
    assertThat(got).doesNotContain("err:");
  }

  private static List<String> queries() throws IOException {
    List<String> queries = new ArrayList<>();
    for (JsonNode expression :
        new ObjectMapper().readTree(Files.readString(DASHBOARD)).findValues("expr")) {
      queries.add(expression.asText().replace("$instance", ".*").replace("$__rate_interval", "5m"));
    }
    return queries;
  }

  /** Each sample of the page as a series that begins with it and grows. */
  private static List<Map<String, String>> series(String page) {
    List<Map<String, String>> series = new ArrayList<>();
    for (String line : page.lines().filter(line -> !line.startsWith("#")).toList()) {
      int end = line.lastIndexOf(' ');
      String name = line.substring(0, end);
      String labelled =
          name.endsWith("}")
              ? name.substring(0, name.length() - 1) + ",instance=\"node1\"}"
              : name + "{instance=\"node1\"}";
      series.add(
          Map.of(
              "series",
              labelled,
              "values",
              new BigDecimal(line.substring(end + 1)).toPlainString() + "+1x20"));
    }
    return series;
  }

  private static Map<String, Object> test(List<Map<String, String>> series, List<String> queries) {
    List<Map<String, Object>> expressions = new ArrayList<>();
    for (String query : queries) {
      expressions.add(Map.of("expr", query, "eval_time", "10m", "exp_samples", List.of()));
    }
    return Map.of(
        "evaluation_interval",
        "1m",
        "tests",
        List.of(Map.of("interval", "1m", "input_series", series, "promql_expr_test", expressions)));
  }
}
