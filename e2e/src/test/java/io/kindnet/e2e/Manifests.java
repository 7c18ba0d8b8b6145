package io.kindnet.e2e;

/** Workloads that scenarios need more than one of. What is special about one stands in it. */
final class Manifests {
  private Manifests() {}

  /** A pod on a node that serves HTTP. */
  static String pod(String name, String node) {
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: %s}
    spec:
      nodeName: %s
      terminationGracePeriodSeconds: 1
      containers:
      - {name: web, image: "kindnet/e2e-pod:1"}
    """
        .formatted(name, node);
  }

  /** Pods that serve HTTP. */
  static String deployment(String name, int replicas) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %1$s}
    spec:
      replicas: %2$d
      selector: {matchLabels: {app: %1$s}}
      template:
        metadata: {labels: {app: %1$s}}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - {name: web, image: "kindnet/e2e-pod:1"}
    """
        .formatted(name, replicas);
  }

  /** A pod that serves HTTP on every node. */
  static String daemonSet(String name) {
    return """
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: %1$s}
    spec:
      selector: {matchLabels: {app: %1$s}}
      template:
        metadata: {labels: {app: %1$s}}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - {name: web, image: "kindnet/e2e-pod:1"}
    """
        .formatted(name);
  }
}
