package io.kindnet.kindnetd.kube;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which way requests go, when a response has begun, and whom the client trusts. */
class ApiRequestsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String NOBODY = "http://127.0.0.1:1";
  private static final String LIST = "api/v1/nodes?limit=1";

  private final ScriptedApiServer server = new ScriptedApiServer();

  ApiRequestsTest() throws IOException {}

  @AfterEach
  void stop() {
    server.close();
  }

  private static ApiClient client(URI url, Map<String, String> environment, Path directory)
      throws Exception {
    return client(url, "{}", environment, directory);
  }

  private static ApiClient client(
      URI url, String cluster, Map<String, String> environment, Path directory) throws Exception {
    Path kubeconfig = directory.resolve("config");
    Files.writeString(
        kubeconfig,
        """
        clusters: [{name: c, cluster: %s}]
        contexts: [{name: x, context: {cluster: c}}]
        current-context: x
        """
            .formatted(cluster.replaceFirst("\\{", "{server: '" + url + "', ")));
    return ApiServer.connect(
        new ApiServerOptions(Optional.of(kubeconfig), Optional.empty(), Optional.empty()),
        environment,
        address -> {});
  }

  private void assertReads(ApiClient client) throws IOException {
    server.list("{}");
    try (client;
        InputStream body = new ApiRequests(client).get(LIST, ApiRequests.PROTOBUF)) {
      assertThat(body.readAllBytes()).startsWith('k', '8', 's');
    }
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void goesThroughTheProxyOfTheEnvironment(@TempDir Path directory) throws Exception {
    assertReads(
        client(
            URI.create("http://203.0.113.1:6443"),
            Map.of("HTTP_PROXY", server.url().toString()),
            directory));
  }

  @Test
  void goesThroughTheProxyOfTheKubeconfigBeforeAnother(@TempDir Path directory) throws Exception {
    assertReads(
        client(
            URI.create("http://203.0.113.1:6443"),
            "{proxy-url: '" + server.url() + "'}",
            Map.of("HTTP_PROXY", NOBODY),
            directory));
  }

  @Test
  void goesAroundTheProxyWhereNoneIsWanted(@TempDir Path directory) throws Exception {
    assertReads(
        client(
            server.url(),
            Map.of("http_proxy", NOBODY, "NO_PROXY", "*.example.org, 127.0.0.1"),
            directory));
  }

  @Test
  void returnsWhenTheServerHasAcceptedBeforeAnythingHappens(@TempDir Path directory)
      throws Exception {
    try (ApiClient client = client(server.url(), Map.of(), directory)) {
      ScriptedApiServer.Stream stream = server.watch();
      FutureTask<InputStream> response =
          new FutureTask<>(() ->
              new ApiRequests(client)
                  .get("api/v1/nodes?watch=true&resourceVersion=7", ApiRequests.PROTOBUF_WATCH));
      Thread.ofPlatform().daemon().start(response);

      try (InputStream body = response.get(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        stream.say("{}").say("one".getBytes(UTF_8)).say("two".getBytes(UTF_8)).end();
        assertThat(new String(body.readAllBytes(), UTF_8)).endsWith("onetwo");
      }
    }
  }

  @Test
  void checksTheNameOfTheServerUnlessNothingIsToBeChecked(@TempDir Path directory)
      throws Exception {
    TlsKeys keys = TlsKeys.make(directory.resolve("keys"));
    try (ScriptedApiServer secured = new ScriptedApiServer(keys)) {
      secured.list("{}");
      // the certificate is for 127.0.0.1
      URI url = URI.create("https://localhost:" + secured.url().getPort());
      String authority = "{certificate-authority: '" + keys.certificate() + "'}";
      try (ApiClient checking = client(url, authority, Map.of(), directory)) {
        assertThatThrownBy(() -> new ApiRequests(checking).get(LIST, ApiRequests.PROTOBUF))
            .isInstanceOf(SSLException.class)
            .hasMessageContaining("localhost");
      }
      String anyone = "{insecure-skip-tls-verify: true}";
      try (ApiClient trusting = client(url, anyone, Map.of(), directory);
          InputStream body = new ApiRequests(trusting).get(LIST, ApiRequests.PROTOBUF)) {
        assertThat(body.readAllBytes()).startsWith('k', '8', 's');
      }
    }
  }

  /** As on a machine whose localhost is ::1, too, where nobody listens. */
  @Test
  void saysWhatTlsSaysOfOneOfSeveralAddresses() {
    ConnectException refused = new ConnectException("Failed to connect to localhost/[::1]:6443");
    assertThat(ApiRequests.furthest(refused)).isSameAs(refused);
    SSLException name = new SSLException("no name matches localhost");
    refused.addSuppressed(name);
    assertThat(ApiRequests.furthest(refused)).isSameAs(name);
    name.addSuppressed(new SSLException("another"));
    assertThat(ApiRequests.furthest(name)).isSameAs(name);
  }

  @Test
  void readsBothFormsOfRetryAfter() {
    Instant now = Instant.parse("2026-11-29T04:00:00Z");
    assertThat(ApiRequests.retryAfter(null, now)).isZero();
    assertThat(ApiRequests.retryAfter(" 7 ", now)).isEqualTo(Duration.ofSeconds(7));
    assertThat(ApiRequests.retryAfter("-7", now)).isZero();
    assertThat(ApiRequests.retryAfter("Sun, 29 Nov 2026 04:00:05 GMT", now))
        .isEqualTo(Duration.ofSeconds(5));
    assertThat(ApiRequests.retryAfter("Sun, 29 Nov 2026 03:00:05 GMT", now)).isZero();
    assertThat(ApiRequests.retryAfter("soon", now)).isZero();
  }
}
