package io.kindnet.kindnetd.nat64;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.kindnet.kindnetd.AgentProcess;
import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A cluster of one node, which runs kindnetd as a process and whose pods another plugin connects.
 * The API server is on the router.
 */
final class Nat64Cluster implements AutoCloseable {
  static final Duration DEADLINE = Duration.ofMinutes(2);

  private static final String NAME = "node1";

  private final Namespace node;
  private final Path directory;
  private final Nat64Node network;
  private final ApiServerProcess api;

  /**
   * @param directory for the CNI configuration
   */
  Nat64Cluster(Namespace node, Namespace router, Namespace server, Path directory) {
    this.node = node;
    this.directory = directory;
    node.loopbackUp(); // for the pages of the agent
    router.loopbackUp(); // which the API server asks itself by
    network = new Nat64Node(node, router, server);
    node.addAddress("eth0", "2001:db8::1/64");
    api = ApiServerProcess.start(router, "192.0.2.2", 8080);
    api.apply(
        Nodes.node(NAME, List.of(Nat64Node.POD_CIDR), List.of(Nat64Node.NODE, "2001:db8::1")));
  }

  /** Starts an agent, which is ready on return. */
  AgentProcess agent(String... more) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--master=" + api.url(),
                "--cni-plugins=standard",
                "--cni-conf-dir=" + directory,
                "--nat64-allow=198.51.100.0/24"));
    flags.addAll(List.of(more));
    AgentProcess agent =
        AgentProcess.start(
            node,
            Map.of("NODE_NAME", NAME, "HOST_IP", Nat64Node.NODE, "POD_IP", Nat64Node.NODE),
            flags.toArray(String[]::new));
    Eventually.within(
        DEADLINE,
        () -> assertThat(agent.get("/readyz")).as(agent.log()).contains("nat64 ok, but 64:ff9b::"));
    return agent;
  }

  /** Gives {@code pod} a link; the cluster knows nothing of it. */
  void plug(String link, Namespace pod, String address) {
    pod.loopbackUp();
    network.plug(link, pod, address);
  }

  /** The status of the Pod {@code name} has {@code address}, from now on. */
  void addPod(String name, String address) {
    api.apply(pod(name, address));
  }

  void deletePod(String name) {
    api.delete(pod(name, ""));
  }

  private static Pod pod(String name, String address) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace("default")
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withNodeName(NAME)
        .addNewContainer()
        .withName("main")
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .withPodIP(address)
        .addNewPodIP()
        .withIp(address)
        .endPodIP()
        .endStatus()
        .build();
  }

  @Override
  public void close() {
    api.close();
    network.close();
  }
}
