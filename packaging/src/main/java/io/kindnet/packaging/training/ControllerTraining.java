package io.kindnet.packaging.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What kindnet-controller does from its start to its end, so that the build can make a cache of the
 * classes that it loads: it leads, follows a Configuration that is created, changed and deleted,
 * with nodes to clean, is asked for its state, and stops.
 */
public final class ControllerTraining {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final String NAMESPACE = "kube-system";

  private static final String POD =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: kindnet-1, namespace: kube-system, labels: {k8s-app: kindnet}}
      spec: {nodeName: node1, containers: [{name: kindnet-cni, image: "kindnet/kindnetd:1"}]}
      status:
        phase: Running
        conditions: [{type: Ready, status: "True", lastTransitionTime: "2026-01-01T00:00:00Z"}]
        containerStatuses: [{name: kindnet-cni, ready: true, state: {running: {}}}]
      """;

  private final TrainingCluster cluster;
  private final KubernetesClient client;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Process controller;
  private final Path log;

  private ControllerTraining(TrainingCluster cluster, Process controller, Path log) {
    this.cluster = cluster;
    this.client = cluster.client();
    this.controller = controller;
    this.log = log;
  }

  /**
   * Trains.
   *
   * @param arguments an empty directory, the directory in which the controller looks for its
   *     service account or an empty text where that cannot be written, the Configuration as YAML,
   *     and the command that starts the controller
   */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    try (TrainingCluster cluster = TrainingCluster.start()) {
      int healthz = FreePort.find();
      int metrics = FreePort.find();
      List<String> command = new ArrayList<>(List.of(arguments).subList(3, arguments.length));
      command.add("--healthz-bind-address=127.0.0.1:" + healthz);
      command.add("--metrics-bind-address=127.0.0.1:" + metrics);
      Path log = directory.resolve("kindnet-controller.log");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      if (arguments[1].isEmpty()) {
        command.add("--kubeconfig=" + cluster.writeKubeconfig(directory));
      } else {
        builder.environment().putAll(cluster.writeServiceAccount(Path.of(arguments[1])));
      }
      Process controller = builder.start();
      try {
        ControllerTraining training = new ControllerTraining(cluster, controller, log);
        training.follow(Files.readString(Path.of(arguments[2])));
        training.ask("http://127.0.0.1:" + healthz, "/healthz", "/readyz");
        training.ask("http://127.0.0.1:" + metrics, "/metrics");
        training.remove();
        training.stop();
        System.out.println("trained with a Configuration from its creation to its end");
      } finally {
        controller.destroyForcibly();
      }
    }
  }

  private void follow(String configuration) {
    client.resource(client.getKubernetesSerialization().unmarshal(POD, Pod.class)).create();
    cluster.createConfiguration(configuration);
    await(() -> require(daemonSet("kindnet") != null, "no DaemonSet"));
    report("kindnet");
    cluster.changeConfiguration("{\"spec\": {\"logLevel\": 2, \"onDelete\": \"Clean\"}}");
    await(() -> require(arguments().contains("-v=2"), "the change does not come"));
    report("kindnet");
    await(() -> require(cluster.configuration().contains("AllNodesReady"), "it is not ready"));
  }

  private void remove() {
    client.pods().inNamespace(NAMESPACE).delete();
    cluster.deleteConfiguration();
    await(() -> require(daemonSet("kindnet-cleanup") != null, "nothing is cleaned"));
    report("kindnet-cleanup");
    await(() -> require(daemonSet("kindnet-cleanup") == null, "cleaning does not end"));
  }

  private @Nullable DaemonSet daemonSet(String name) {
    return resource(name).get();
  }

  private Resource<DaemonSet> resource(String name) {
    return client.apps().daemonSets().inNamespace(NAMESPACE).withName(name);
  }

  private List<String> arguments() {
    return Objects.requireNonNull(daemonSet("kindnet"))
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getArgs();
  }

  /** As the DaemonSets' controller, of a cluster with one node that has its agent. */
  private void report(String name) {
    resource(name)
        .editStatus(daemonSet ->
            new DaemonSetBuilder(daemonSet)
                .withNewStatus()
                .withObservedGeneration(daemonSet.getMetadata().getGeneration())
                .withDesiredNumberScheduled(1)
                .withUpdatedNumberScheduled(1)
                .withNumberReady(1)
                .withNumberAvailable(1)
                .endStatus()
                .build());
  }

  private void ask(String url, String... pages) {
    for (String page : pages) {
      await(() -> {
        HttpResponse<String> answer =
            http.send(
                HttpRequest.newBuilder(URI.create(url + page)).build(),
                HttpResponse.BodyHandlers.ofString());
        require(answer.statusCode() == 200, page + " says " + answer.body());
      });
    }
  }

  private void stop() throws InterruptedException, IOException {
    controller.destroy();
    int status = controller.waitFor();
    if (status != 0) {
      throw new IOException("kindnet-controller ended with " + status + ":\n" + logged());
    }
  }

  private void await(Eventually.Assertion assertion) {
    Eventually.within(
        DEADLINE,
        () -> {
          if (controller.isAlive()) {
            assertion.check();
          }
        });
    if (!controller.isAlive()) {
      throw new AssertionError(
          "kindnet-controller ended with " + controller.exitValue() + ":\n" + logged());
    }
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise + "\n" + logged());
    }
  }

  private String logged() {
    try {
      return Files.readString(log, UTF_8);
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }
}
