package io.kindnet.demo;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An API server and the nodes. */
final class Cluster implements AutoCloseable {
  /** The ports of each node that lead to its pod {@code a}. */
  static final List<Pod.HostPort> HOST_PORTS =
      List.of(new Pod.HostPort(80, Transport.TCP), new Pod.HostPort(53, Transport.UDP));

  private static final int API_SERVER_PORT = 8080;

  private final Infrastructure infrastructure;
  private final Path dist;
  private final Progress progress;
  private final List<DemoNode> allNodes = new ArrayList<>();
  private final List<DemoNode> dualStackNodes = new ArrayList<>();
  private final List<Machine> machines = new ArrayList<>();
  private final ApiServerProcess apiServer;

  Cluster(Infrastructure infrastructure, Path dist, Progress progress) {
    this.infrastructure = infrastructure;
    this.dist = dist;
    this.progress = progress;
    progress.step("an API server");
    apiServer =
        ApiServerProcess.start(infrastructure.router(), Infrastructure.ROUTER_V4, API_SERVER_PORT);
  }

  /** Makes the nodes, starts an agent on each, and waits until all are ready. */
  void start(int number) {
    for (int i = 1; i <= number; i++) {
      dualStackNodes.add(node(i, List.of(DemoNode.podCidrV4(i), DemoNode.podCidrV6(i))));
    }
    for (DemoNode node : dualStackNodes) {
      node.awaitReady();
      progress.step("kindnetd on " + node.name() + " is ready and answers calls");
    }
  }

  /** One more node, whose pods have IPv6 only; ready on return. */
  DemoNode addIpv6OnlyNode() {
    int number = allNodes.size() + 1;
    DemoNode node = node(number, List.of(DemoNode.podCidrV6(number)));
    node.awaitReady();
    return node;
  }

  private DemoNode node(int number, List<String> podCidrs) {
    progress.step("node " + number + ": namespace, addresses, Node object, kindnetd");
    String name = DemoNode.name(number);
    String v4 = DemoNode.addressV4(number);
    String v6 = DemoNode.addressV6(number);
    Machine machine = Machine.create(name);
    machines.add(machine);
    infrastructure.plug(machine.namespace(), number, v4, v6);
    apiServer.apply(Nodes.node(name, podCidrs, List.of(v4, v6)));
    DemoNode node = new DemoNode(number, machine, dist, apiServer.url());
    allNodes.add(node);
    return node;
  }

  /** Two pods on each node; the first of each has host ports. */
  void addPods(CallPath way) {
    progress.step(way.title());
    for (DemoNode node : dualStackNodes) {
      for (String letter : List.of("a", "b")) {
        Pod pod =
            node.addPod(
                way, "pod-" + node.name() + letter, letter.equals("a") ? HOST_PORTS : List.of());
        progress.step(
            "%s: ADD took %d ms; %s, %s"
                .formatted(pod.name(), pod.addMillis(), pod.addressV4(), pod.addressV6()));
      }
    }
    progress.step("pods talk to each other");
  }

  /** Creates or replaces an object at the API server. */
  void apply(HasMetadata object) {
    apiServer.apply(object);
  }

  /** Deletes an object at the API server. */
  void delete(HasMetadata object) {
    apiServer.delete(object);
  }

  void removePods(CallPath way, Report report) {
    progress.step("pods are removed");
    dualStackNodes.forEach(node -> removePods(node, way, report));
  }

  /** Removes the pods of {@code node}. */
  static void removePods(DemoNode node, CallPath way, Report report) {
    report.check(
        "pods of " + node.name() + " leave nothing",
        () -> {
          node.removePods(way);
          String left = node.leftovers();
          if (!left.isBlank()) {
            throw new AssertionError("left: " + left);
          }
          return "no interface, row or map element";
        });
  }

  /** That the calls went the way that was said. */
  void checkCalls(Report report) {
    for (DemoNode node : dualStackNodes) {
      report.check("calls of " + node.name() + " went as said", node::checkCalls);
    }
  }

  void stopAgents(Report report) {
    progress.step("the agents are stopped");
    for (DemoNode node : allNodes) {
      report.check(
          "kindnetd on " + node.name() + " stops in order",
          () -> {
            node.stopAgent();
            return "exit code 0 on SIGTERM";
          });
    }
  }

  /** Those whose pods have both families. */
  List<DemoNode> dualStackNodes() {
    return List.copyOf(dualStackNodes);
  }

  Infrastructure infrastructure() {
    return infrastructure;
  }

  @Override
  public void close() {
    allNodes.forEach(DemoNode::close);
    machines.forEach(Machine::close);
    apiServer.close();
  }
}
