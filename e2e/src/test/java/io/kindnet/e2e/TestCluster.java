package io.kindnet.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.e2e.cluster.Cluster;
import io.kindnet.e2e.cluster.Command;
import io.kindnet.e2e.cluster.Kubectl;
import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.e2e.cluster.Service;
import io.kindnet.e2e.cluster.Settings;
import io.kindnet.netlink.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The cluster as scenarios see it. Their pods are in a namespace that goes after each. */
final class TestCluster {
  static final String NAMESPACE = "e2e";
  static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Cluster cluster;
  private final Kindnet kindnet;

  private TestCluster(Settings settings) {
    cluster = new Cluster(settings);
    kindnet = new Kindnet(settings, this);
  }

  /** The cluster that {@code e2e/run} gives the settings of, brought up. */
  static TestCluster up() {
    int size = Integer.parseInt(System.getenv().getOrDefault("KINDNET_E2E_NODES", "2"));
    TestCluster up = new TestCluster(Settings.fromEnvironment());
    Progress.say("a cluster with " + size + (size == 1 ? " node" : " nodes"));
    up.cluster.up(size);
    return up;
  }

  /** What is installed on it. */
  Kindnet kindnet() {
    return kindnet;
  }

  Kubectl kubectl() {
    return cluster.kubectl();
  }

  /** The node with a number from 1. */
  Node node(int number) {
    return cluster.node(number);
  }

  List<Node> nodes() {
    return cluster.nodes();
  }

  /** The node that a pod runs on. */
  Node nodeOf(Pod pod) {
    return nodes().stream()
        .filter(node -> node.name().equals(pod.node()))
        .findFirst()
        .orElseThrow();
  }

  /** A host that no cluster knows of. It knows the way to nodes, but none to pods. */
  Machine outside() {
    return cluster.outside();
  }

  Service apiServer() {
    return cluster.apiServer();
  }

  /** Where the API server writes down what kindnet's controller asks for. */
  Path auditLog() {
    return cluster.auditLog();
  }

  /** A node more than there are. */
  Node addNode() {
    int number = nodes().getLast().number() + 1;
    cluster.up(number);
    return node(number);
  }

  /** A node more than there are, with these pod CIDRs instead of those that it would be given. */
  Node addNode(String... podCidrs) {
    int number = nodes().getLast().number() + 1;
    kubectl()
        .runWithInput(
            Manifests.node(node(number).name(), List.of(), podCidrs), "create", "-f", "-");
    return addNode();
  }

  /** As when somebody takes a node away for good. */
  void removeNode(Node node) {
    cluster.remove(node);
    kubectl().run("delete", "node", node.name());
  }

  /** {@code kubectl apply} of objects in the scenario's namespace. */
  void apply(String yaml) {
    kubectl().runWithInput(yaml, "apply", "--namespace=" + NAMESPACE, "-f", "-");
  }

  /** Runs {@code kubectl ARGUMENTS} in the scenario's namespace. */
  String inNamespace(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--namespace=" + NAMESPACE));
    all.addAll(List.of(arguments));
    return kubectl().run(all.toArray(String[]::new));
  }

  /** Waits until all pods of a workload are ready. */
  void awaitRollout(String workload) {
    inNamespace("rollout", "status", workload, "--timeout=" + DEADLINE.toSeconds() + "s");
  }

  /** Waits until a pod is ready. */
  Pod awaitPod(String name) {
    inNamespace(
        "wait", "--for=condition=Ready", "pod/" + name, "--timeout=" + DEADLINE.toSeconds() + "s");
    return Pod.of(this, Json.read(inNamespace("get", "pod", name, "-o", "json")));
  }

  /** Waits until every pod of a node runs that is to, in a sandbox of this boot of it. */
  void awaitAllRunning(Node node) {
    Eventually.within(DEADLINE, () -> Leaks.assertNone(this, node));
    for (JsonNode item :
        Json.read(
                inNamespace(
                    "get", "pods", "--field-selector=spec.nodeName=" + node.name(), "-o", "json"))
            .get("items")) {
      awaitPod(item.at("/metadata/name").asText());
    }
  }

  /** The pods with a label, such as {@code app=web}. */
  List<Pod> pods(String label) {
    List<Pod> pods = new ArrayList<>();
    for (JsonNode item :
        Json.read(inNamespace("get", "pods", "-l", label, "-o", "json")).get("items")) {
      pods.add(Pod.of(this, item));
    }
    return pods;
  }

  /** The pod CIDRs that a node has by now. */
  List<String> podCidrs(Node node) {
    String text =
        kubectl()
            .attempt("get", "node", node.name(), "-o", "jsonpath={.spec.podCIDRs[*]}")
            .output()
            .strip();
    return text.contains("/") ? List.of(text.split(" ", -1)) : List.of();
  }

  /** The events of a reason that tell of an object, such as {@code Node} {@code node1}. */
  JsonNode events(String kind, String name, String reason) {
    return Json.read(
            kubectl()
                .run(
                    "get",
                    "events",
                    "--all-namespaces",
                    "-o",
                    "json",
                    "--field-selector=reason=%s,involvedObject.kind=%s,involvedObject.name=%s"
                        .formatted(reason, kind, name)))
        .get("items");
  }

  /** Makes what scenarios begin with. */
  void prepare() {
    apiServer().start(); // which a scenario before this one may have stopped, and failed
    apiServer().awaitReady();
    kindnet.require();
    kubectl().attempt("create", "namespace", NAMESPACE);
    // pods cannot be made before there is an account for them
    Eventually.within(
        DEADLINE, () -> kubectl().run("get", "serviceaccount", "default", "-n", NAMESPACE));
  }

  /** Removes what scenarios made, and looks for what stayed behind. */
  void clean() {
    kubectl()
        .run(
            "delete",
            "namespace",
            NAMESPACE,
            "--ignore-not-found",
            "--timeout=" + DEADLINE.toSeconds() + "s");
    if (kindnet.isInstalled()) {
      assertNothingLeaks();
    }
  }

  /** What every node has must be what the pods that run there call for. */
  void assertNothingLeaks() {
    for (Node node : nodes()) {
      Eventually.within(DEADLINE, () -> Leaks.assertNone(this, node));
    }
  }

  /** What helps to see why a scenario failed. */
  void describeTo(Consumer<String> out) {
    for (String what : List.of("nodes", "pods", "events")) {
      Command.Result result =
          kubectl()
              .attempt(
                  "get",
                  what,
                  "--all-namespaces",
                  "-o",
                  "wide",
                  "--sort-by=.metadata.creationTimestamp");
      String text = result.output();
      out.accept(what + ":\n" + text.substring(Math.max(0, text.length() - 6000)));
    }
    out.accept("kindnetd:\n" + kindnet.logs());
  }
}
