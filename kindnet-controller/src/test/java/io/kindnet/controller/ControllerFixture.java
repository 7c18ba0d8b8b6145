package io.kindnet.controller;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.javaoperatorsdk.operator.Operator;
import io.kindnet.controller.api.Configuration;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kube.testing.ObjectDispatcher;
import io.kindnet.kube.testing.ObjectServer;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The controller in this process, on objects in memory, and what others in a cluster do. */
final class ControllerFixture implements AutoCloseable {
  static final Duration DEADLINE = Duration.ofMinutes(1);
  static final String NAMESPACE = "kube-system";

  final ObjectServer server;
  final KubernetesClient client;
  private final AtomicInteger refused = new AtomicInteger();
  private volatile boolean refusing;
  private @Nullable Operator operator;

  ControllerFixture() throws IOException {
    server =
        ObjectServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new Refusing());
    client = server.client();
    client.getConfiguration().setOnlyHttpWatches(true);
  }

  /** Starts the controller, without any election. */
  void start() {
    operator =
        KindnetController.operator(client, NAMESPACE, new ControllerMetrics(new Status("test")));
    operator.start();
  }

  /** The default Configuration with further fields in its spec, created. */
  void create(String fields) throws IOException {
    client.resource(configuration(fields)).create();
  }

  /** Has the Configuration say something else; again if the controller was quicker. */
  void edit(Consumer<Configuration> change) {
    eventually(() -> {
      try {
        client
            .resources(Configuration.class)
            .inNamespace(NAMESPACE)
            .withName(Configuration.NAME)
            .edit(present -> {
              change.accept(present);
              return present;
            });
      } catch (KubernetesClientException conflict) {
        throw new AssertionError("not edited", conflict);
      }
    });
  }

  Configuration configuration(String fields) throws IOException {
    return client
        .getKubernetesSerialization()
        .unmarshal(
            Files.readString(Path.of("../docs/default-configuration.yaml")) + fields.indent(2),
            Configuration.class);
  }

  /** The Configuration as it is in the server. */
  @Nullable Configuration configuration() {
    return client
        .resources(Configuration.class)
        .inNamespace(NAMESPACE)
        .withName(Configuration.NAME)
        .get();
  }

  @Nullable DaemonSet daemonSet(String name) {
    return client.apps().daemonSets().inNamespace(NAMESPACE).withName(name).get();
  }

  /** As {@link #configuration()}, of which there has to be one. */
  Configuration present() {
    return Objects.requireNonNull(configuration(), "no Configuration");
  }

  /** As {@link #daemonSet}, of which there has to be one. */
  DaemonSet present(String name) {
    return Objects.requireNonNull(daemonSet(name), name);
  }

  /** The condition of a type, as its status, reason and message; empty if there is none. */
  String condition(String type) {
    Configuration configuration = configuration();
    if (configuration == null
        || configuration.getStatus() == null
        || configuration.getStatus().conditions() == null) {
      return "";
    }
    return configuration.getStatus().conditions().stream()
        .filter(condition -> condition.getType().equals(type))
        .map(condition ->
            condition.getStatus() + " " + condition.getReason() + ": " + condition.getMessage())
        .findFirst()
        .orElse("");
  }

  /** What the DaemonSets' controller says once it has seen the newest generation. */
  void report(String name, int desired, int updated, int available) {
    client
        .apps()
        .daemonSets()
        .inNamespace(NAMESPACE)
        .withName(name)
        .editStatus(daemonSet -> {
          daemonSet.setStatus(
              client
                  .getKubernetesSerialization()
                  .unmarshal(
                      """
                      observedGeneration: 99
                      desiredNumberScheduled: %d
                      updatedNumberScheduled: %d
                      numberReady: %3$d
                      numberAvailable: %3$d
                      """
                          .formatted(desired, updated, available),
                      DaemonSetStatus.class));
          return daemonSet;
        });
  }

  /** Has changes of DaemonSets refused, as without the right to make them, or no longer. */
  void refuseDaemonSets(boolean refuse) {
    refusing = refuse;
  }

  /** How many changes of DaemonSets were refused. */
  int refused() {
    return refused.get();
  }

  /** Waits until what is asserted holds. */
  static void eventually(Eventually.Assertion assertion) {
    Eventually.within(DEADLINE, assertion);
  }

  @Override
  public void close() {
    if (operator != null) {
      operator.stop();
    }
    client.close();
    server.close();
  }

  private final class Refusing extends ObjectDispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) {
      boolean change = request.getMethod().equals("PATCH");
      if (refusing && change && request.getPath().contains("/daemonsets/")) {
        refused.incrementAndGet();
        return new MockResponse()
            .setResponseCode(HttpURLConnection.HTTP_FORBIDDEN)
            .setBody(
                "{\"kind\": \"Status\", \"apiVersion\": \"v1\", \"status\": \"Failure\", \"code\":"
                    + " 403, \"reason\": \"Forbidden\", \"message\": \"no right to patch\"}");
      }
      return super.dispatch(request);
    }
  }
}
