package io.kindnet.kindnetd.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.ResourceView;
import io.kindnet.kindnetd.cluster.namespaces.NamespaceReader;
import io.kindnet.kindnetd.cluster.namespaces.NamespaceReader.NamespaceObject;
import io.kindnet.kindnetd.cluster.nodes.ClusterNodes;
import io.kindnet.kindnetd.cluster.nodes.NodeWatch;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.PodReader;
import io.kindnet.kindnetd.cluster.pods.PodReader.PodObject;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kube.testing.FreezableRelay;
import io.kindnet.kube.testing.Http2Frontend;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.testing.Eventually;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What watches make of the connections that lead to the API server. */
class ApiConnectionTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** From when nothing arrives any more until what was changed since is seen. */
  private static final Duration NOTICED = Duration.ofSeconds(45);

  private final LocalApiServer server = new LocalApiServer(0);
  private final KubernetesClient admin = server.client();
  private final Status status = new Status("test");
  private final ClusterNodes nodes = new ClusterNodes("self");

  @AfterEach
  void stop() {
    admin.close();
    server.close();
  }

  private static ApiClient client(String url, Path directory) throws Exception {
    Path kubeconfig = directory.resolve("config");
    Files.writeString(
        kubeconfig,
        """
        clusters: [{name: c, cluster: {server: '%s', certificate-authority: keys.crt}}]
        contexts: [{name: x, context: {cluster: c}}]
        current-context: x
        """
            .formatted(url));
    return ApiServer.connect(
        new ApiServerOptions(Optional.of(kubeconfig), Optional.empty(), Optional.empty()),
        Map.of(),
        address -> {});
  }

  private void create(String name, int number) {
    admin
        .resource(
            Nodes.node(name, List.of("10.244." + number + ".0/24"), List.of("192.0.2." + number)))
        .create();
  }

  private void awaitPeers(Duration deadline, int count) {
    Eventually.within(
        deadline,
        () -> assertThat(nodes.snapshot().map(all -> all.peers().size())).contains(count));
  }

  private boolean isConnected() {
    return status.problems().isEmpty();
  }

  /** Watches through the relay, leaves its connections half open, and goes on. */
  private void assertNoticesADeadConnection(ApiClient client, FreezableRelay relay) {
    try (client;
        NodeWatch watch = new NodeWatch(client, nodes, status)) {
      create("a", 1);
      watch.start();
      awaitPeers(DEADLINE, 1);
      create("b", 2);
      awaitPeers(DEADLINE, 2);
      assertThat(isConnected()).isTrue();

      relay.freeze();
      create("c", 3);
      awaitPeers(NOTICED, 3);
      create("d", 4);
      awaitPeers(DEADLINE, 4);
    }
  }

  @Test
  void noticesADeadConnection() throws Exception {
    try (FreezableRelay relay = new FreezableRelay(server.port())) {
      URI url = URI.create("http://127.0.0.1:" + relay.port());
      ApiClient client =
          ApiServer.connect(
              new ApiServerOptions(Optional.empty(), Optional.of(url), Optional.empty()),
              Map.of(),
              address -> {});
      assertNoticesADeadConnection(client, relay);
    }
  }

  @Test
  void noticesADeadConnectionOfHttp2(@TempDir Path directory) throws Exception {
    TlsKeys keys = TlsKeys.make(directory.resolve("keys"));
    try (Http2Frontend frontend = new Http2Frontend(server.port(), keys.key(), keys.certificate());
        FreezableRelay relay = new FreezableRelay(frontend.port())) {
      assertNoticesADeadConnection(client("https://127.0.0.1:" + relay.port(), directory), relay);
      assertThat(frontend.protocols()).containsExactly("HTTP_2");
    }
  }

  @Test
  void watchesAllOverOneConnectionOfHttp2(@TempDir Path directory) throws Exception {
    TlsKeys keys = TlsKeys.make(directory.resolve("keys"));
    create("a", 1);
    try (Http2Frontend frontend = new Http2Frontend(server.port(), keys.key(), keys.certificate());
        FreezableRelay relay = new FreezableRelay(frontend.port());
        ApiClient client = client("https://127.0.0.1:" + relay.port(), directory);
        ResourceView<PodObject, ClusterPod> pods =
            new ResourceView<>(client, PodReader.PODS, PodObject::pod, status, () -> 3);
        ResourceView<NamespaceObject, ?> namespaces =
            new ResourceView<>(
                client, NamespaceReader.NAMESPACES, NamespaceObject::namespace, status, () -> 3);
        NodeWatch watch = new NodeWatch(client, nodes, status)) {
      watch.start();
      awaitPeers(DEADLINE, 1);
      ClusterView<?> podView = pods.start();
      ClusterView<?> namespaceView = namespaces.start();
      Eventually.within(DEADLINE, () -> assertThat(podView.snapshot()).isPresent());
      Eventually.within(DEADLINE, () -> assertThat(namespaceView.snapshot()).isPresent());
      create("b", 2);
      awaitPeers(DEADLINE, 2);
      assertThat(relay.accepted()).isEqualTo(1);
      assertThat(frontend.protocols()).containsExactly("HTTP_2");
    }
  }
}
