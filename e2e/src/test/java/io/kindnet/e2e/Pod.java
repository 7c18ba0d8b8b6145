package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.testing.Eventually;
import java.util.ArrayList;
import java.util.List;

/**
 * A pod that runs, made of the image {@code kindnet/e2e-pod:1}: it serves HTTP on port 8080.
 *
 * @param cluster that it is in
 * @param name of the pod
 * @param node that it runs on
 * @param addresses IPv4, IPv6
 */
record Pod(TestCluster cluster, String name, String node, List<String> addresses) {
  static final int PORT = 8080;

  static Pod of(TestCluster cluster, JsonNode pod) {
    List<String> addresses = new ArrayList<>();
    pod.at("/status/podIPs").forEach(ip -> addresses.add(ip.path("ip").asText()));
    return new Pod(
        cluster, pod.at("/metadata/name").asText(), pod.at("/spec/nodeName").asText(), addresses);
  }

  String ipv4() {
    return addresses.getFirst();
  }

  String ipv6() {
    return addresses.getLast();
  }

  /** Runs a program in the pod and returns what it printed. */
  String run(String... command) {
    return cluster.kubectl().run(exec(command));
  }

  /** Asks the server at an address who it is, and whom it saw asking: {@code NAME saw ADDRESS}. */
  String ask(String address, int port) {
    return run(Http.ask(address, port)).strip();
  }

  /** As {@link #ask(String, int)}, another pod. */
  String ask(String address) {
    return ask(address, PORT);
  }

  /** Kills its container, as if the program in it had crashed, and waits until it runs again. */
  void crashAndAwaitRestart() {
    int before = restarts();
    String container = status("containerID").replaceFirst(".*//", "");
    cluster
        .nodeOf(this)
        .machine()
        .run("ctr", "--namespace=k8s.io", "tasks", "kill", "--signal=SIGKILL", container);
    Eventually.within(
        TestCluster.DEADLINE,
        () -> {
          assertThat(restarts()).as("restarts of the container of " + name).isEqualTo(before + 1);
          assertThat(status("ready")).isEqualTo("true");
        });
  }

  /** How often its container was started again. */
  int restarts() {
    return Integer.parseInt(status("restartCount"));
  }

  /** A field of what the API server knows of its container. */
  private String status(String field) {
    return cluster.inNamespace(
        "get", "pod", name, "-o", "jsonpath={.status.containerStatuses[0]." + field + "}");
  }

  private String[] exec(String... command) {
    List<String> all =
        new ArrayList<>(List.of("exec", "--namespace=" + TestCluster.NAMESPACE, name, "--"));
    all.addAll(List.of(command));
    return all.toArray(String[]::new);
  }
}
