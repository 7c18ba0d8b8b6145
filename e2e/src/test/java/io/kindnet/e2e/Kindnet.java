package io.kindnet.e2e;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Kubectl;
import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.e2e.cluster.Settings;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** kindnet on the cluster: what the manifests install. */
final class Kindnet {
  static final String MANIFEST = "install-kindnet.yaml";
  static final String BRIDGE_MANIFEST = "install-kindnet-bridge.yaml";
  static final String OTHER_IMAGE = "docker.io/kindnet/kindnetd:e2e-other";
  private static final String READY = "http://127.0.0.1:19080/readyz";
  private static final String SELECTOR = "app=kindnet";
  private static final String NO_CONDITION =
      "{\"status\":{\"conditions\":[{\"type\":\"NetworkUnavailable\",\"$patch\":\"delete\"}]}}";

  private final Path archive;
  private final Path project;
  private final TestCluster cluster;

  Kindnet(Settings settings, TestCluster cluster) {
    archive = settings.built().resolve("images/kindnetd.tar");
    project = settings.built().resolve("../..").normalize();
    this.cluster = cluster;
  }

  /** A file of these sources. */
  Path file(String name) {
    return project.resolve(name);
  }

  /** {@code kubectl apply -f} of one of the manifests; waits until it is at work everywhere. */
  void install(String manifest) {
    cluster.kubectl().run("apply", "-f", project.resolve(manifest).toString());
    awaitReady();
  }

  /** {@code kubectl delete -f}; waits until its pods have gone. */
  void delete(String manifest) {
    cluster
        .kubectl()
        .run("delete", "-f", project.resolve(manifest).toString(), "--ignore-not-found", "--wait");
    awaitNoPods();
  }

  /** {@code kubectl apply -f -} of another manifest that runs it. */
  void apply(String yaml) {
    cluster.kubectl().runWithInput(yaml, "apply", "-f", "-");
  }

  /** {@code kubectl delete -f -}; waits until its pods have gone. */
  void deleteApplied(String yaml) {
    cluster.kubectl().runWithInput(yaml, "delete", "-f", "-", "--ignore-not-found", "--wait");
    awaitNoPods();
  }

  /** Runs the pod of the documentation that takes away what kindnet put on a node; what it said. */
  String cleanUp(Node node) {
    Kubectl kubectl = cluster.kubectl();
    String name = "kindnet-cleanup-" + node.name();
    String timeout = "--timeout=" + TestCluster.DEADLINE.toSeconds() + "s";
    try {
      String pod = Files.readString(project.resolve("docs/cleanup.yaml"));
      kubectl.runWithInput(pod.replace("NODE", node.name()), "apply", "-f", "-");
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    kubectl.run(
        "-n",
        "kube-system",
        "wait",
        "--for=jsonpath={.status.phase}=Succeeded",
        "pod/" + name,
        timeout);
    String said = kubectl.run("-n", "kube-system", "logs", name);
    kubectl.run("-n", "kube-system", "delete", "pod", name);
    return said;
  }

  /**
   * The commands of an example in the README, a line each.
   *
   * @param word that only this example has
   */
  List<String> readmeCommands(String word) {
    try {
      String text = Files.readString(project.resolve("README.md"));
      for (String example : text.split("```sh\n", -1)) {
        String commands = example.substring(0, Math.max(0, example.indexOf("```")));
        if (commands.contains(word)) {
          return commands.lines().toList();
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    throw new AssertionError("README.md has no example with " + word);
  }

  /** Has all nodes as they are before they have had a network. */
  void removeEverywhere() {
    delete(MANIFEST);
    for (Node node : cluster.nodes()) {
      cleanUp(node);
      cluster
          .kubectl()
          .run("patch", "node", node.name(), "--subresource=status", "-p", NO_CONDITION);
    }
  }

  /** Another image than the one in the manifests, on every node. */
  void giveOtherImage() {
    Path other = ImageArchive.withAnotherPlugin(archive, OTHER_IMAGE);
    cluster.nodes().forEach(node -> node.importImages(other));
  }

  /** {@code kubectl set image}; the agents are replaced one after the other. */
  void setImage(String image) {
    cluster.kubectl().run("-n", "kube-system", "set", "image", "daemonset/kindnet", "*=" + image);
  }

  /** Starts the agents with more flags, one after the other; waits until all are at work. */
  void addFlags(String... flags) {
    String operations =
        Arrays.stream(flags)
            .map(flag ->
                """
                {"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "%s"}\
                """
                    .formatted(flag))
            .collect(joining(", ", "[", "]"));
    cluster
        .kubectl()
        .run("-n", "kube-system", "patch", "daemonset", "kindnet", "--type=json", "-p", operations);
    awaitReady();
  }

  /** Waits until all agents and all nodes are ready. */
  void awaitReady() {
    String timeout = "--timeout=" + TestCluster.DEADLINE.toSeconds() + "s";
    // a kubelet that is up may not have told yet which node it is
    for (Node node : cluster.nodes()) {
      Eventually.within(
          TestCluster.DEADLINE, () -> cluster.kubectl().run("get", "node", node.name()));
    }
    cluster.kubectl().run("-n", "kube-system", "rollout", "status", "daemonset/kindnet", timeout);
    cluster.kubectl().run("wait", "--for=condition=Ready", "nodes", "--all", timeout);
    // what the API server knows may be of before a reboot; the agents know
    for (Node node : cluster.nodes()) {
      Eventually.within(TestCluster.DEADLINE, () -> node.machine().run("curl", "-sSf", READY));
    }
  }

  /** Lets no node have an agent; what they installed and wrote stays. */
  void keepAgentsAway() {
    patchNodeSelector("\"kindnet.io/none\": \"such\"");
    awaitNoPods();
  }

  /** The opposite. */
  void letAgentsCome() {
    patchNodeSelector("\"kindnet.io/none\": null");
    awaitReady();
  }

  private void patchNodeSelector(String member) {
    cluster
        .kubectl()
        .run(
            "-n",
            "kube-system",
            "patch",
            "daemonset",
            "kindnet",
            "-p",
            "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{" + member + "}}}}}");
  }

  private void awaitNoPods() {
    Eventually.within(
        TestCluster.DEADLINE, () -> assertThat(pods("{.items[*].metadata.name}")).isEmpty());
  }

  boolean isInstalled() {
    return cluster.kubectl().attempt("-n", "kube-system", "get", "daemonset/kindnet").exit() == 0;
  }

  /** What scenarios begin with, whatever the one before left. */
  void require() {
    install(MANIFEST);
  }

  /** The names of the agents' pods, one for each node. */
  List<String> pods() {
    return List.of(pods("{.items[*].metadata.name}").split(" ", -1));
  }

  /** The name of the agent's pod on a node. */
  String podOn(Node node) {
    return pods("{.items[?(@.spec.nodeName==\"" + node.name() + "\")].metadata.name}");
  }

  /** As when the agent crashes. */
  void kill(Node node) {
    Machine machine = node.machine();
    machine.run("sh", "-c", "kill -9 " + String.join(" ", processes(machine)));
  }

  /** The numbers of the agent's processes, as its machine counts. */
  static String[] processes(Machine machine) {
    return machine.run("pgrep", "--full", "io.kindnet.kindnetd.Kindnetd").split("\\s+");
  }

  /** What {@code /readyz} says on a node. */
  String readiness(Node node) {
    return node.machine().run("curl", "-sS", READY).strip();
  }

  /** How often the agent of a node was started again. */
  int restarts(Node node) {
    return Integer.parseInt(
        cluster
            .kubectl()
            .run(
                "-n",
                "kube-system",
                "get",
                "pod",
                podOn(node),
                "-o",
                "jsonpath={.status.containerStatuses[0].restartCount}"));
  }

  /** Everything that the agent of a node has logged. */
  String log(Node node) {
    return cluster.kubectl().run("-n", "kube-system", "logs", podOn(node));
  }

  /** What the agents have logged of late. */
  String logs() {
    return cluster
        .kubectl()
        .attempt(
            "-n",
            "kube-system",
            "logs",
            "-l",
            SELECTOR,
            "--all-containers",
            "--tail=40",
            "--prefix")
        .output();
  }

  private String pods(String jsonPath) {
    return cluster
        .kubectl()
        .run("-n", "kube-system", "get", "pods", "-l", SELECTOR, "-o", "jsonpath=" + jsonPath);
  }
}
