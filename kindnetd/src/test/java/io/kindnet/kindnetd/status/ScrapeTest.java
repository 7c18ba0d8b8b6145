package io.kindnet.kindnetd.status;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code /metrics} as scrapers ask for it. The headers of Prometheus are those of version 3.16.0:
 * {@code acceptHeader} and {@code acceptEncodingHeader} of its {@code scrape/scrape.go}, with the
 * protocols of its {@code config/config.go}.
 */
class ScrapeTest {
  /** {@code DefaultScrapeProtocols}. */
  private static final String USUAL =
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.7,"
          + "application/openmetrics-text;version=0.0.1;q=0.6,"
          + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,"
          + "text/plain;version=0.0.4;q=0.4,*/*;q=0.3";

  /** {@code DefaultProtoFirstScrapeProtocols}: {@code scrape_native_histograms: true}. */
  private static final String NATIVE_HISTOGRAMS =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;"
          + "q=0.7,"
          + "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
          + "application/openmetrics-text;version=0.0.1;q=0.5,"
          + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
          + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

  /** {@code scrape_protocols: [PrometheusProto]}. */
  private static final String PROTOBUF_ALONE =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;"
          + "q=0.7,*/*;q=0.6";

  /** {@code scrape_protocols: [PrometheusText0.0.4]}. */
  private static final String TEXT_ALONE = "text/plain;version=0.0.4;q=0.7,*/*;q=0.6";

  private final Status status = new Status("1.2.3");
  private final HttpClient client = HttpClient.newHttpClient();
  private final StatusServer server;

  ScrapeTest() throws IOException {
    server = new StatusServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), status);
  }

  @BeforeEach
  void start() {
    AgentStatus routes = status.agent("routes");
    routes.begin();
    routes.passed(2_000_000);
    routes.repaired(3);
    status.gauge("kindnet_nodes", "Nodes.").set(7);
    status.counter(
        "kindnet_messages_total",
        "Messages, \\ and\nmore.",
        List.of("kind"),
        () -> Map.of(List.of("a \"b\"\\c\n"), 4L));
    server.start();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private HttpResponse<String> scrape(String method, String... headers)
      throws IOException, InterruptedException {
    URI page = URI.create("http://127.0.0.1:" + server.address().getPort() + "/metrics");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(page).method(method, BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> scrapeAsPrometheus(String accept, String acceptEncoding)
      throws IOException, InterruptedException {
    return scrape(
        "GET",
        "Accept",
        accept,
        "Accept-Encoding",
        acceptEncoding,
        "User-Agent",
        "Prometheus/3.16.0",
        "X-Prometheus-Scrape-Timeout-Seconds",
        "10");
  }

  private static void assertAnswer(HttpResponse<String> answer, String contentType) {
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(answer.headers().allValues("Content-Type")).containsExactly(contentType);
    assertThat(MetricSamples.parse(contentType, answer.body()))
        .containsEntry("kindnet_build_info{version=\"1.2.3\"}", 1.0)
        .containsEntry("kindnet_nodes", 7.0)
        .containsEntry("kindnet_messages_total{kind=\"a \\\"b\\\"\\\\c\\n\"}", 4.0)
        .containsEntry("kindnet_repairs_total{agent=\"routes\"}", 3.0)
        .containsEntry("kindnet_pass_duration_seconds_bucket{agent=\"routes\",le=\"0.004\"}", 1.0)
        .containsEntry("kindnet_pass_duration_seconds_count{agent=\"routes\"}", 1.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "identity", "zstd,gzip"})
  void answersPrometheusInOpenMetrics(String encoding) throws Exception {
    assertAnswer(scrapeAsPrometheus(USUAL, encoding), MetricSamples.OPEN_METRICS);
    assertAnswer(scrapeAsPrometheus(NATIVE_HISTOGRAMS, encoding), MetricSamples.OPEN_METRICS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "identity", "zstd,gzip"})
  void answersPrometheusInItsOwnFormWhereThatIsTheOnlyText(String encoding) throws Exception {
    assertAnswer(scrapeAsPrometheus(TEXT_ALONE, encoding), MetricSamples.PROMETHEUS);
    assertAnswer(scrapeAsPrometheus(PROTOBUF_ALONE, encoding), MetricSamples.PROMETHEUS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*/*",
        "text/html,application/xhtml+xml;q=0.9,image/avif,*/*;q=0.8",
        "image/png",
        "text/plain;version=1.0.0;escaping=allow-utf-8",
        "application/vnd.google.protobuf",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;q=0",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
        ";;;,,,=q=q=,/",
        "q=1e999;q=-;\"\\",
        "éà",
      })
  void answersWhateverElseIsAskedFor(String accept) throws Exception {
    assertAnswer(scrape("GET", "Accept", accept), MetricSamples.PROMETHEUS);
  }

  @Test
  void answersWithoutAnyHeaders() throws Exception {
    assertAnswer(scrape("GET"), MetricSamples.PROMETHEUS);
  }

  @Test
  void readsAllOfSeveralHeaders() throws Exception {
    String protobuf = NATIVE_HISTOGRAMS.split(",", 2)[0];
    String text = NATIVE_HISTOGRAMS.split(",", 2)[1];
    assertAnswer(scrape("GET", "Accept", protobuf, "Accept", text), MetricSamples.OPEN_METRICS);
    assertAnswer(scrape("GET", "accept", text, "ACCEPT", protobuf), MetricSamples.OPEN_METRICS);
    assertAnswer(scrape("GET", "Accept", protobuf, "Accept", "*/*"), MetricSamples.PROMETHEUS);
  }

  @ParameterizedTest
  @ValueSource(strings = {USUAL, NATIVE_HISTOGRAMS, PROTOBUF_ALONE, "*/*"})
  void tellsTheSameHeadersToHead(String accept) throws Exception {
    HttpResponse<String> head = scrape("HEAD", "Accept", accept);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().allValues("Content-Type"))
        .isEqualTo(scrape("GET", "Accept", accept).headers().allValues("Content-Type"));
  }
}
