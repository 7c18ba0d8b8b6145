package io.kindnet.e2e;

import static java.util.stream.Collectors.joining;

import java.util.List;

/** Workloads of pods that serve HTTP, Services for them, and Nodes. */
final class Manifests {
  private static final String CONTAINER = "{name: web, image: \"kindnet/e2e-pod:1\", ports: [%s]}";

  private Manifests() {}

  /**
   * A pod.
   *
   * @param node that it is on; empty for the one that the scheduler chooses
   * @param ports of its container, such as <code>{containerPort: 8080, hostPort: 8081}</code>
   */
  static String pod(String name, String node, String... ports) {
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: %s}
    spec:
      nodeName: "%s"
      terminationGracePeriodSeconds: 1
      containers: [%s]
    """
        .formatted(name, node, CONTAINER.formatted(String.join(", ", ports)));
  }

  /** Pods on whichever nodes. */
  static String deployment(String name, int replicas) {
    return workload("Deployment", name) + "  replicas: " + replicas + "\n";
  }

  /** A pod on every node. */
  static String daemonSet(String name) {
    return workload("DaemonSet", name);
  }

  /**
   * A Service of both families for the pods of a workload, which the nodes have a port for, too.
   *
   * @param name of the Service and of the workload
   * @param port of its addresses
   */
  static String service(String name, int port) {
    return """
    apiVersion: v1
    kind: Service
    metadata: {name: %1$s}
    spec:
      type: NodePort
      ipFamilyPolicy: RequireDualStack
      selector: {app: %1$s}
      ports: [{port: %2$d, targetPort: %3$d}]
    """
        .formatted(name, port, Pod.PORT);
  }

  /**
   * A Node, as a kubelet registers itself.
   *
   * @param addresses on the nodes' network
   */
  static String node(String name, List<String> addresses, String... podCidrs) {
    return """
    apiVersion: v1
    kind: Node
    metadata: {name: %s}
    spec: {podCIDR: "%s", podCIDRs: ["%s"]}
    status: {addresses: [%s]}
    """
        .formatted(
            name,
            podCidrs[0],
            String.join("\", \"", podCidrs),
            addresses.stream()
                .map("{type: InternalIP, address: \"%s\"}"::formatted)
                .collect(joining(", ")));
  }

  private static String workload(String kind, String name) {
    return """
    apiVersion: apps/v1
    kind: %1$s
    metadata: {name: %2$s}
    spec:
      selector: {matchLabels: {app: %2$s}}
      template:
        metadata: {labels: {app: %2$s}}
        spec: {terminationGracePeriodSeconds: 1, containers: [%3$s]}
    """
        .formatted(kind, name, CONTAINER.formatted(""));
  }
}
