package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kindnetd.status.StatusServer;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A call server that ends by an error: calls go cold, and whoever restarts the agent is told so.
 */
@NetworkNamespaces
class FailingCallTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final Status status = new Status("of a test");
  private final HttpClient http = HttpClient.newHttpClient();
  private final CniClient client;
  private final Path socket;

  FailingCallTest(Namespace node, @TempDir Path directory) {
    client = new CniClient(node, directory);
    socket = directory.resolve("socket");
  }

  @Test
  void isNotHealthyAnyMore() throws Exception {
    CniCallAgent agent = new CniCallAgent(socket, "of a test", PodPolicies.NONE, status, null);
    CallServer callServer =
        agent.listen((client, request) -> {
          throw new NoClassDefFoundError("Broken");
        });
    Thread thread = new Thread(() -> agent.serve(callServer));
    try (StatusServer server = new StatusServer(ANY_PORT, status)) {
      server.start();
      thread.start();
      Eventually.within(DEADLINE, () -> assertThat(metrics(server)).contains("serving 1.0"));
      assertThat(ask(server, "/healthz").statusCode()).isEqualTo(200);

      try (ClientSession visit = ClientSession.greeted(socket)) {
        client.del("pod", null).sendTo(visit);
        assertThat(visit.answer().reason()).isEqualTo("a bug in the agent");
        thread.join();
      }

      assertThat(socket).doesNotExist();
      assertThat(metrics(server)).contains("kindnet_cni_serving 0.0");
      HttpResponse<String> health = ask(server, "/healthz");
      assertThat(health.statusCode()).isEqualTo(503);
      assertThat(health.body()).contains("calls are not served any more", "Broken");
      assertThat(ask(server, "/readyz").statusCode()).as("the rest of it works").isEqualTo(200);
    } finally {
      agent.close();
    }
  }

  private String metrics(StatusServer server) throws IOException, InterruptedException {
    return ask(server, "/metrics").body();
  }

  private HttpResponse<String> ask(StatusServer server, String page)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + page);
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
