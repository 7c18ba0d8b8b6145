package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.e2e.cluster.Command;
import io.kindnet.e2e.cluster.Kubectl;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** kindnet-controller on the cluster, and the Configuration that it follows. */
final class InstalledController implements AutoCloseable {
  private static final String MANIFEST = "install-kindnet-controller.yaml";
  private static final String DEFAULT = "docs/default-configuration.yaml";
  private static final String KIND = "configurations.kindnet.io";
  private static final String NO_FINALIZERS = "{\"metadata\":{\"finalizers\":null}}";
  private static final String TIMEOUT = "--timeout=" + TestCluster.DEADLINE.toSeconds() + "s";

  private final TestCluster cluster;

  private InstalledController(TestCluster cluster) {
    this.cluster = cluster;
  }

  /** Installs it and the default Configuration by the one command of docs/configuration.md. */
  static InstalledController installInOneCommand(TestCluster cluster) {
    cluster
        .kubectl()
        .run(
            "create",
            "--save-config",
            "-f",
            cluster.kindnet().file(MANIFEST).toString(),
            "-f",
            cluster.kindnet().file(DEFAULT).toString());
    return new InstalledController(cluster);
  }

  /**
   * Installs it, or applies what has changed of it.
   *
   * @param fields further ones of the default Configuration's spec, such as {@code logLevel: 2}
   */
  static InstalledController install(TestCluster cluster, String fields) {
    InstalledController controller = new InstalledController(cluster);
    Kubectl kubectl = cluster.kubectl();
    kubectl.run("apply", "-f", cluster.kindnet().file(MANIFEST).toString());
    kubectl.run("wait", "--for=condition=Established", "crd/" + KIND, TIMEOUT);
    kubectl.runWithInput(defaultConfiguration(cluster) + fields.indent(2), "apply", "-f", "-");
    return controller;
  }

  private static String defaultConfiguration(TestCluster cluster) {
    try {
      return Files.readString(cluster.kindnet().file(DEFAULT));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(DEFAULT, unreadable);
    }
  }

  /** Changes fields of the spec, such as {@code "logLevel": 2}; null takes one away. */
  void change(String fields) {
    inNamespace("patch", KIND, "kindnet", "--type=merge", "-p", "{\"spec\":{" + fields + "}}");
  }

  /** Waits until the Configuration says of itself as it is now that a condition is True. */
  void await(String condition) {
    inNamespace("wait", "--for=condition=" + condition, KIND + "/kindnet", TIMEOUT);
  }

  /** The line of {@code kubectl get configurations.kindnet.io -A}, without the age. */
  String line() {
    String all = cluster.kubectl().run("get", KIND, "-A", "--no-headers");
    return all.strip().replaceAll("\\s+", " ").replaceFirst(" \\S+$", "");
  }

  /** A condition as its status, reason and message. */
  String condition(String type) {
    for (JsonNode condition : status().path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText()
            + " "
            + condition.path("reason").asText()
            + ": "
            + condition.path("message").asText();
      }
    }
    return "";
  }

  /** The status of the Configuration. */
  JsonNode status() {
    return Json.read(inNamespace("get", KIND, "kindnet", "-o", "json")).path("status");
  }

  /** Deletes the Configuration, and waits until it is gone. */
  void deleteConfiguration() {
    inNamespace("delete", KIND, "kindnet", "--wait", TIMEOUT);
  }

  /** What the replicas have logged. */
  String logs() {
    return cluster
        .kubectl()
        .attempt("-n", "kube-system", "logs", "-l", "app=kindnet-controller", "--tail=40")
        .output();
  }

  /** Removes it, and the Configuration where there still is one, with the agents. */
  @Override
  public void close() {
    Kubectl kubectl = cluster.kubectl();
    if (kubectl.attempt("-n", "kube-system", "get", KIND, "kindnet").exit() == 0) {
      Progress.say("  kindnet-controller:\n" + logs());
      // nobody may be there to clean
      kubectl.attempt(
          "-n", "kube-system", "patch", KIND, "kindnet", "--type=merge", "-p", NO_FINALIZERS);
    }
    kubectl.run(
        "delete", "-f", cluster.kindnet().file(MANIFEST).toString(), "--ignore-not-found", TIMEOUT);
    kubectl.run("-n", "kube-system", "delete", "lease", "kindnet-controller", "--ignore-not-found");
    for (String label : List.of("k8s-app=kindnet", "app=kindnet-controller")) {
      Eventually.within(
          TestCluster.DEADLINE,
          () ->
              assertThat(inNamespace("get", "pods", "-l", label, "-o", "name"))
                  .as("pods " + label)
                  .isEmpty());
    }
  }

  private String inNamespace(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--namespace=kube-system"));
    all.addAll(List.of(arguments));
    Command.Result result = cluster.kubectl().attempt(all.toArray(String[]::new));
    if (result.exit() != 0) {
      throw new AssertionError(
          "kubectl " + String.join(" ", all) + "\n" + result.output() + "\n" + logs());
    }
    return result.output();
  }
}
