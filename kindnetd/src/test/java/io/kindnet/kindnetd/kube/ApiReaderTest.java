package io.kindnet.kindnetd.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which way requests go where a proxy is configured. */
class ApiReaderTest {
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

  private void assertReads(Config config) throws IOException {
    server.list("{}");
    try (JsonParser json =
        new ApiReader(config).get("api/v1/nodes?limit=1", Duration.ofSeconds(60))) {
      assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
    }
    assertThat(server.requests()).hasSize(1);
  }
}
