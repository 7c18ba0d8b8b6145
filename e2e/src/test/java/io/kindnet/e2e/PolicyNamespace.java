package io.kindnet.e2e;

import io.kindnet.e2e.cluster.Command;
import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One more namespace for a scenario, without policies at first.
 *
 * @param cluster that it is in
 * @param name its name
 */
record PolicyNamespace(TestCluster cluster, String name) implements AutoCloseable {
  static PolicyNamespace create(TestCluster cluster, String name) {
    PolicyNamespace namespace = new PolicyNamespace(cluster, name);
    namespace.delete();
    cluster.kubectl().run("create", "namespace", name);
    // pods cannot be made before there is an account for them
    Eventually.within(
        TestCluster.DEADLINE, () -> namespace.run("get", "serviceaccount", "default"));
    return namespace;
  }

  /** {@code kubectl apply}. */
  void apply(String yaml) {
    cluster.kubectl().runWithInput(yaml, "apply", "--namespace=" + name, "-f", "-");
  }

  /** {@code kubectl ARGUMENTS}. */
  String run(String... arguments) {
    return cluster.kubectl().run(here(arguments));
  }

  /** Waits until a pod is ready; its first address. */
  String awaitAddress(String pod) {
    run(
        "wait",
        "--for=condition=Ready",
        "pod/" + pod,
        "--timeout=" + TestCluster.DEADLINE.toSeconds() + "s");
    return run("get", "pod", pod, "-o", "jsonpath={.status.podIP}");
  }

  /** What a program in a pod prints; nothing where it fails. */
  String attempt(String pod, String... command) {
    List<String> exec = new ArrayList<>(List.of("exec", pod, "--"));
    exec.addAll(Arrays.asList(command));
    Command.Result result = cluster.kubectl().attempt(here(exec.toArray(String[]::new)));
    return result.exit() == 0 ? result.output().strip() : "";
  }

  /** Waits until a pod reaches a server. */
  void awaitReached(String pod, String address, int port) {
    Eventually.within(
        TestCluster.DEADLINE,
        () -> {
          if (!attempt(pod, Http.ask(address, port, 2)).contains(" saw ")) {
            throw new AssertionError(pod + " does not reach " + address + " " + port);
          }
        });
  }

  /** Waits until a pod does not reach a server any more, twice in a row. */
  void awaitDenied(String pod, String address, int port) {
    Eventually.within(
        TestCluster.DEADLINE,
        () -> {
          for (int attempt = 1; attempt <= 2; attempt++) {
            if (attempt(pod, Http.ask(address, port, 2)).contains(" saw ")) {
              throw new AssertionError(pod + " reaches " + address + " " + port);
            }
          }
        });
  }

  private String[] here(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--namespace=" + name));
    all.addAll(Arrays.asList(arguments));
    return all.toArray(String[]::new);
  }

  private void delete() {
    Duration deadline = TestCluster.DEADLINE;
    cluster
        .kubectl()
        .run(
            "delete",
            "namespace",
            name,
            "--ignore-not-found",
            "--timeout=" + deadline.toSeconds() + "s");
  }

  @Override
  public void close() {
    delete();
  }
}
