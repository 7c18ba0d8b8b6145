package io.kindnet.demo.training;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.kindnet.kube.testing.ObjectDispatcher;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;

/** An API server in this process that is reached over TLS, as a real one is. */
final class TrainingCluster implements AutoCloseable {
  private final KubernetesMockServer server;
  private final KubernetesClient client;

  private TrainingCluster(KubernetesMockServer server) {
    this.server = server;
    this.client = server.createClient();
  }

  static TrainingCluster start() {
    KubernetesMockServer server =
        new KubernetesMockServer(
            new Context(), new MockWebServer(), new HashMap<>(), new ObjectDispatcher(), true);
    server.init(InetAddress.getLoopbackAddress(), 0);
    return new TrainingCluster(server);
  }

  void apply(Node node) {
    if (client.resource(node).get() == null) {
      client.resource(node).create();
    } else {
      client.resource(node).update();
    }
  }

  void delete(Node node) {
    client.resource(node).delete();
  }

  /** Writes a file that leads to this server and its certificate. */
  Path writeKubeconfig(Path folder) throws IOException {
    return Files.writeString(
        folder.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: training
          cluster:
            server: https://localhost:%d
            certificate-authority: %s
        users:
        - name: agent
          user:
            token: secret
        contexts:
        - name: training
          context:
            cluster: training
            user: agent
        current-context: training
        """
            .formatted(server.getPort(), server.getSelfSignedCertificate().certificatePath()));
  }

  @Override
  public void close() {
    client.close();
    server.destroy();
  }
}
