package io.kindnet.kindnetd.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.kindnetd.CapturedLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusServerTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static final String PLAIN = "text/plain; charset=utf-8";

  private final Status status = new Status("1.2.3");
  private final HttpClient client = HttpClient.newHttpClient();
  private final StatusServer server;

  StatusServerTest() throws IOException {
    server = new StatusServer(ANY_PORT, status);
  }

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private HttpResponse<String> ask(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build();
    return client.send(request, BodyHandlers.ofString());
  }

  @Test
  void showsMetricsAsPrometheusReadsThem() throws Exception {
    AgentStatus routes = status.agent("routes");
    routes.begin();
    routes.passed(2_000_000);
    routes.repaired(3);
    status.gauge("kindnet_nodes", "Nodes.").set(7);
    status.agent("disabled");
    HttpResponse<String> answer = ask("GET", "/metrics");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).get().asString().contains("text/plain");
    assertThat(answer.body().lines())
        .contains(
            "kindnet_build_info{version=\"1.2.3\"} 1",
            "kindnet_nodes 7.0",
            "# TYPE kindnet_pass_duration_seconds histogram",
            "kindnet_pass_duration_seconds_bucket{agent=\"routes\",le=\"0.001\"} 0",
            "kindnet_pass_duration_seconds_bucket{agent=\"routes\",le=\"0.004\"} 1",
            "kindnet_pass_duration_seconds_count{agent=\"routes\"} 1",
            "kindnet_pass_failures_total{agent=\"routes\"} 0.0",
            "kindnet_ready{agent=\"routes\"} 0.0",
            "kindnet_repairs_total{agent=\"routes\"} 3.0");
    assertThat(answer.body()).doesNotContain("kindnet_ready{agent=\"disabled\"}");
  }

  @Test
  void isReadyWhenEveryPartIs() throws Exception {
    AgentStatus routes = status.agent("routes");
    AgentStatus rules = status.agent("masquerading");
    routes.begin();
    rules.begin();
    routes.ready();
    rules.waiting("no list of Nodes");
    HttpResponse<String> answer = ask("GET", "/readyz");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body())
        .isEqualTo("[+]routes ok\n[-]masquerading no list of Nodes\nnot ready\n");

    rules.ready();
    answer = ask("GET", "/readyz");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("[+]routes ok\n[+]masquerading ok\nready\n");

    routes.failed(1, "no buffer space");
    assertThat(ask("GET", "/readyz").body()).startsWith("[-]routes no buffer space\n");
  }

  @Test
  void isReadyButDegradedWithoutWhatPodsCanDoWithout() throws Exception {
    AgentStatus routes = status.agent("routes");
    AgentStatus addresses = status.optionalAgent("addresses");
    routes.begin();
    addresses.begin();
    routes.ready();
    addresses.failed("the database is locked");
    HttpResponse<String> answer = ask("GET", "/readyz");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo("[+]routes ok\n[-]addresses the database is locked\nready, but degraded\n");
    assertThat(ask("GET", "/metrics").body().lines())
        .contains(
            "kindnet_ready{agent=\"addresses\"} 0.0",
            "kindnet_pass_failures_total{agent=\"addresses\"} 1.0");

    addresses.end();
    assertThat(ask("GET", "/readyz").body()).isEqualTo("[+]routes ok\nready\n");
  }

  @Test
  void isHealthyAsLongAsItsThreadsLive() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Thread thread = Thread.ofPlatform().name("routes").start(() -> awaitQuietly(end));
    AgentStatus routes = status.agent("routes");
    routes.begin();
    routes.dependsOn(thread);
    assertThat(ask("GET", "/healthz").body()).isEqualTo("ok\n");

    end.countDown();
    thread.join();
    HttpResponse<String> answer = ask("GET", "/healthz");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("thread routes has ended\n");
  }

  @Test
  void answersNothingElse() throws Exception {
    assertThat(ask("GET", "/").statusCode()).isEqualTo(404);
    assertThat(ask("GET", "/metrics/x").statusCode()).isEqualTo(404);
    assertThat(ask("POST", "/metrics").statusCode()).isEqualTo(405);
    assertThat(ask("HEAD", "/metrics").statusCode()).isEqualTo(200);
  }

  @Test
  void answersAndLogsWhenAMetricFails() throws Exception {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    status.gauge("kindnet_broken", "Breaks.", () -> failing(failure.get()));
    status.agent("routes").begin();
    assertThat(ask("GET", "/metrics").body()).contains("kindnet_broken 1.0");
    for (Throwable each :
        List.of(new IllegalStateException("no number"), new NoClassDefFoundError("io/Missing"))) {
      failure.set(each);
      try (CapturedLog log = CapturedLog.start()) {
        HttpResponse<String> answer = ask("GET", "/metrics");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue(PLAIN);
        assertThat(answer.body()).isEqualTo("/metrics failed, the log of kindnetd says why\n");
        assertThat(ask("HEAD", "/metrics").statusCode()).isEqualTo(500);
        assertThat(log.linesWith("/metrics failed")).as("once for each reason").hasSize(1);
        assertThat(log.linesWith(each.toString())).isNotEmpty();
      }
    }
    assertThat(ask("GET", "/healthz").statusCode()).isEqualTo(200);
    assertThat(ask("GET", "/readyz").body()).isEqualTo("[-]routes not started yet\nnot ready\n");

    failure.set(null);
    assertThat(ask("GET", "/metrics").body()).contains("kindnet_broken 1.0");
    failure.set(new IllegalStateException("no number"));
    try (CapturedLog log = CapturedLog.start()) {
      assertThat(ask("GET", "/metrics").statusCode()).isEqualTo(500);
      assertThat(log.linesWith("no number")).as("logged again after it was well").isNotEmpty();
    }
  }

  private static double failing(@Nullable Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    return 1;
  }

  @Test
  void showsTheOthersWhenADetailFails() throws Exception {
    AgentStatus routes = status.agent("routes");
    AgentStatus nodes = status.agent("nodes");
    routes.detail(() -> {
      throw new IllegalStateException("no detail");
    });
    nodes.detail(() -> {
      throw new StackOverflowError();
    });
    for (AgentStatus agent : List.of(routes, nodes, status.agent("masquerading"))) {
      agent.begin();
      agent.ready();
    }
    try (CapturedLog log = CapturedLog.start()) {
      for (int time = 0; time < 2; time++) {
        HttpResponse<String> answer = ask("GET", "/readyz");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
            .isEqualTo(
                """
                [+]routes ok, but its details failed: java.lang.IllegalStateException: no detail
                [+]nodes ok, but its details failed: java.lang.StackOverflowError
                [+]masquerading ok
                ready
                """);
      }
      assertThat(log.linesWith("the details of routes")).hasSize(1);
      assertThat(log.linesWith("the details of nodes")).hasSize(1);
    }
    assertThat(ask("GET", "/healthz").statusCode()).isEqualTo(200);
    assertThat(ask("GET", "/metrics").body()).contains("kindnet_ready{agent=\"routes\"} 1.0");
  }

  @Test
  void namesTheAddressThatIsTaken() {
    assertThatThrownBy(() -> new StatusServer(server.address(), status))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot listen on 127.0.0.1:"
                + server.address().getPort()
                + ": Address already in use");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
