package io.kindnet.kindnetd.nodestatus;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.kube.LocalApiServer;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@code kubectl get events} would show, on an API server in this process. */
class NodeEventsTest {
  private final LocalApiServer server = new LocalApiServer(0);
  private final KubernetesClient admin = server.client();
  private final ApiClient client;
  private final NodeEvents events;

  NodeEventsTest() throws Exception {
    Optional<URI> url = Optional.of(URI.create("http://127.0.0.1:" + server.port()));
    client =
        ApiServer.connect(
            new ApiServerOptions(Optional.empty(), url, Optional.empty()), Map.of(), address -> {});
    events = new NodeEvents(client, "self");
  }

  @AfterEach
  void stop() {
    client.close();
    admin.close();
    server.close();
  }

  @Test
  void areAboutTheNode() {
    events.warn("NoAddressLeft", "no IPv4 address is left");
    events.warn("NoAddressLeft", "no IPv4 address is left");

    List<Event> seen = admin.v1().events().inNamespace("default").list().getItems();
    assertThat(seen).hasSize(2);
    assertThat(seen)
        .allSatisfy(event -> {
          assertThat(event.getType()).isEqualTo("Warning");
          assertThat(event.getReason()).isEqualTo("NoAddressLeft");
          assertThat(event.getMessage()).isEqualTo("no IPv4 address is left");
          assertThat(event.getInvolvedObject().getKind()).isEqualTo("Node");
          assertThat(event.getInvolvedObject().getName()).isEqualTo("self");
          assertThat(event.getSource().getComponent()).isEqualTo("kindnetd");
          assertThat(event.getCount()).isEqualTo(1);
          assertThat(event.getLastTimestamp())
              .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        });
  }

  @Test
  void areNotMissedWhereNobodyTakesThem() {
    server.close();

    events.warn("NoAddressLeft", "no IPv4 address is left");
  }
}
