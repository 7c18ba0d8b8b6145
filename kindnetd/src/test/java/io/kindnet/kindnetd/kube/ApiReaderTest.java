package io.kindnet.kindnetd.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which way requests go where a proxy is configured, when an answer has begun, and whom it trusts.
 */
class ApiReaderTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String NOBODY = "http://127.0.0.1:1";

  private final ScriptedApiServer server = new ScriptedApiServer();

  ApiReaderTest() throws IOException {}

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void goesThroughTheProxy() throws IOException {
    assertReads(
        new ConfigBuilder(Config.empty())
            .withMasterUrl("http://203.0.113.1:6443")
            .withHttpProxy(server.url().toString())
            .build());
  }

  @Test
  void goesAroundTheProxyWhereNoneIsWanted() throws IOException {
    assertReads(
        new ConfigBuilder(Config.empty())
            .withMasterUrl(server.url().toString())
            .withHttpProxy(NOBODY)
            .withNoProxy("127.0.0.1")
            .build());
  }

  @Test
  void tellsThatAWatchIsAcceptedBeforeAnythingHappens() throws Exception {
    Config config =
        new ConfigBuilder(Config.empty()).withMasterUrl(server.url().toString()).build();
    ScriptedApiServer.Stream stream = server.watch();
    CountDownLatch accepted = new CountDownLatch(1);
    FutureTask<InputStream> answer =
        new FutureTask<>(() ->
            new ApiReader(config)
                .watch("api/v1/nodes?watch=true&resourceVersion=7", DEADLINE, accepted::countDown));
    Thread.ofPlatform().daemon().start(answer);

    assertThat(accepted.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();

    stream.say("{}").end();
    try (InputStream body = answer.get(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
      assertThat(body.readAllBytes()).isNotEmpty();
    }
  }

  @Test
  void checksTheNameOfTheServerUnlessNothingIsToBeChecked(@TempDir Path folder) throws Exception {
    TlsKeys keys = TlsKeys.make(folder.resolve("keys"));
    try (ScriptedApiServer secured = new ScriptedApiServer(keys)) {
      secured.list("{}");
      // the certificate is for 127.0.0.1
      ConfigBuilder config =
          new ConfigBuilder(Config.empty())
              .withMasterUrl("https://localhost:" + secured.url().getPort())
              .withCaCertFile(keys.certificate().toString());
      ApiReader checking = new ApiReader(config.build());
      assertThatThrownBy(() -> checking.get("api/v1/nodes?limit=1", DEADLINE))
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("localhost");

      ApiReader trusting = new ApiReader(config.withTrustCerts().build());
      try (InputStream body = trusting.get("api/v1/nodes?limit=1", DEADLINE)) {
        assertThat(body.readAllBytes()).startsWith('k', '8', 's');
      }
    }
  }

  private void assertReads(Config config) throws IOException {
    server.list("{}");
    try (InputStream body = new ApiReader(config).get("api/v1/nodes?limit=1", DEADLINE)) {
      assertThat(body.readAllBytes()).startsWith('k', '8', 's');
    }
    assertThat(server.requests()).hasSize(1);
  }
}
