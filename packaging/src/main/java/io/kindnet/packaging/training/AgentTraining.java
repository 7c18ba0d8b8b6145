package io.kindnet.packaging.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Node;
import io.kindnet.kube.testing.Nodes;
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
import java.util.concurrent.TimeUnit;

/**
 * A short day of kindnetd, so that the build can make a cache of the classes that it loads: it has
 * a service account, follows Nodes that change over TLS, is asked for its state, serves calls,
 * enforces policies and stops. Where the build may not make namespaces it may not change a network
 * either: what kindnetd does until it finds that out is all there is to learn then.
 */
public final class AgentTraining {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int ROUNDS = 20;
  private static final List<String> ACCEPTED =
      List.of("text/plain", "application/openmetrics-text;version=1.0.0");

  private final Path directory;
  private final Path configuration;
  private final Process agent;
  private final String statusUrl;
  private final HttpClient http = HttpClient.newHttpClient();

  private AgentTraining(Path directory, Path configuration, Process agent, int statusPort) {
    this.directory = directory;
    this.configuration = configuration;
    this.agent = agent;
    this.statusUrl = "http://127.0.0.1:" + statusPort;
  }

  /**
   * Trains.
   *
   * @param arguments an empty directory, the plugin's launcher, the path of a network namespace
   *     that plays the pod or an empty text, the directory in which kindnetd looks for its service
   *     account or an empty text where that cannot be written, and the command that starts kindnetd
   */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    String podNamespace = arguments[2];
    try (TrainingCluster cluster = TrainingCluster.start()) {
      for (int number = 1; number <= 3; number++) {
        cluster.apply(node(number, number));
      }
      Path configuration = Files.createDirectory(directory.resolve("net.d"));
      int statusPort = FreePort.find();
      List<String> command = new ArrayList<>(List.of(arguments).subList(4, arguments.length));
      command.addAll(
          List.of(
              "--hostname-override=node1",
              "--cni-conf-dir=" + configuration,
              "--cni-socket=" + directory.resolve("run/cni.sock"),
              "--metrics-bind-address=127.0.0.1:" + statusPort,
              "--dns-caching",
              "--network-policy-log=text"));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("kindnetd.log").toFile());
      if (arguments[3].isEmpty()) {
        command.add("--kubeconfig=" + cluster.writeKubeconfig(directory));
      } else {
        // as in a pod; reading a kubeconfig takes hundreds of classes, which no pod needs
        builder.environment().putAll(cluster.writeServiceAccount(Path.of(arguments[3])));
      }
      Process agent = builder.start();
      try {
        AgentTraining training = new AgentTraining(directory, configuration, agent, statusPort);
        if (podNamespace.isEmpty()) {
          agent.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
          agent.destroy();
          agent.waitFor();
          System.out.println("trained with the start alone: no network namespaces here");
        } else {
          training.follow(cluster);
          int calls = training.call(arguments[1], podNamespace, cluster);
          training.stop();
          System.out.println("trained with 4 nodes and " + calls + " calls");
        }
      } finally {
        agent.destroyForcibly();
      }
    }
  }

  /** From the first list of Nodes over changes to what the agent says of itself. */
  private void follow(TrainingCluster cluster) {
    await(() -> exists(configuration.resolve("10-kindnet.conflist")));
    cluster.apply(node(4, 4));
    cluster.apply(node(3, 5));
    cluster.delete(node(2, 2));
    await(() -> requireOk("/readyz", "*/*"));
    await(() -> {
      requireOk("/healthz", "*/*");
      for (String type : ACCEPTED) {
        requireOk("/metrics", type);
      }
    });
  }

  /**
   * Hands calls over as a container runtime does, first for a pod that nobody knows, then for one
   * with network policies, while its peers change.
   *
   * @return how many
   */
  private int call(String launcher, String podNamespace, TrainingCluster cluster)
      throws IOException, InterruptedException {
    Path socket = directory.resolve("run/cni.sock");
    await(() -> exists(socket));
    TrainingCalls calls = new TrainingCalls(launcher, socket, podNamespace, directory);
    int number = calls.liveOfAPod();
    TrainingPolicies.objects().forEach(cluster::apply);
    for (int round = 1; round < ROUNDS; round++) {
      cluster.apply(TrainingPolicies.peer(round, round % 2 != 0));
      number += calls.liveOfAPod();
    }
    return number;
  }

  private void stop() throws InterruptedException, IOException {
    agent.destroy();
    int status = agent.waitFor();
    if (status != 0) {
      throw new IOException("kindnetd ended with " + status + ":\n" + log());
    }
  }

  private void await(Eventually.Assertion assertion) {
    Eventually.within(
        DEADLINE,
        () -> {
          if (agent.isAlive()) {
            assertion.check();
          }
        });
    if (!agent.isAlive()) {
      throw new AssertionError("kindnetd ended with " + agent.exitValue() + ":\n" + log());
    }
  }

  private void requireOk(String page, String accepted) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(statusUrl + page)).header("Accept", accepted).build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new AssertionError(page + " says " + answer.body() + "\n" + log());
    }
  }

  private void exists(Path file) {
    if (!Files.exists(file)) {
      throw new AssertionError("no " + file + "\n" + log());
    }
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("kindnetd.log"), UTF_8);
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  private static Node node(int number, int subnet) {
    return Nodes.node(
        "node" + number,
        List.of("10.244." + subnet + ".0/24", "fd00:10:244:" + subnet + "::/64"),
        List.of("172.30.1." + number, "fd00:172:30::1:" + number));
  }
}
