package io.kindnet.packaging.training;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.kindnet.kube.testing.Http2Frontend;
import io.kindnet.kube.testing.ObjectDispatcher;
import io.kindnet.kube.testing.ObjectServer;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** An API server in this process that is reached over TLS and HTTP/2, as a real one is. */
final class TrainingCluster implements AutoCloseable {
  private static final String KINDNET = "kindnet";

  private final SelfSignedCertificate certificate;
  private final ObjectServer server;
  private final Http2Frontend frontend;
  private final KubernetesClient client;

  private TrainingCluster(
      SelfSignedCertificate certificate, ObjectServer server, Http2Frontend frontend) {
    this.certificate = certificate;
    this.server = server;
    this.frontend = frontend;
    this.client = server.client();
  }

  static TrainingCluster start() throws Exception {
    SelfSignedCertificate certificate = SelfSignedCertificate.create();
    ObjectServer server =
        ObjectServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new ObjectDispatcher());
    Http2Frontend frontend =
        new Http2Frontend(
            server.port(),
            Path.of(certificate.privateKeyPath()),
            Path.of(certificate.certificatePath()));
    return new TrainingCluster(certificate, server, frontend);
  }

  void apply(HasMetadata object) {
    if (client.resource(object).get() == null) {
      client.resource(object).create();
    } else {
      client.resource(object).update();
    }
  }

  void delete(HasMetadata object) {
    client.resource(object).delete();
  }

  /** Administers it; closed with it. */
  KubernetesClient client() {
    return client;
  }

  /** Creates the Configuration of kindnet's controller. */
  void createConfiguration(String yaml) {
    configurations()
        .resource(
            client.getKubernetesSerialization().unmarshal(yaml, GenericKubernetesResource.class))
        .create();
  }

  /** Changes the fields of it that a text in JSON has. */
  void changeConfiguration(String json) {
    configurations().withName(KINDNET).patch(PatchContext.of(PatchType.JSON_MERGE), json);
  }

  /** All that it says. */
  String configuration() {
    return client.getKubernetesSerialization().asJson(configurations().withName(KINDNET).get());
  }

  void deleteConfiguration() {
    configurations().withName(KINDNET).delete();
  }

  private NonNamespaceOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      configurations() {
    return client
        .genericKubernetesResources(
            new ResourceDefinitionContext.Builder()
                .withGroup("kindnet.io")
                .withVersion("v1alpha1")
                .withKind("Configuration")
                .withPlural("configurations")
                .withNamespaced(true)
                .build())
        .inNamespace("kube-system");
  }

  /** Writes a file that leads to this server and its certificate. */
  Path writeKubeconfig(Path directory) throws IOException {
    return Files.writeString(
        directory.resolve("kubeconfig"),
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
            .formatted(frontend.port(), certificate.certificatePath()));
  }

  /**
   * Writes what a pod finds there, and returns the variables that lead it to this server.
   *
   * @param directory where service accounts are mounted
   */
  Map<String, String> writeServiceAccount(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("token"), "secret");
    Files.copy(Path.of(certificate.certificatePath()), directory.resolve("ca.crt"));
    return Map.of(
        "KUBERNETES_SERVICE_HOST",
        "localhost",
        "KUBERNETES_SERVICE_PORT",
        String.valueOf(frontend.port()));
  }

  @Override
  public void close() {
    client.close();
    frontend.close();
    server.close();
    certificate.delete();
  }
}
