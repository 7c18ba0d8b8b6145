package io.kindnet.e2e.figures;

import io.kindnet.e2e.cluster.Cluster;
import io.kindnet.e2e.cluster.Kubectl;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;

/** Who gives pods their network. */
enum Candidate {
  /** kindnet as its manifest installs it: the agent does the work. */
  WARM("kindnet, warm") {
    @Override
    void install(Cluster cluster, Path manifest) {
      Kubectl kubectl = cluster.kubectl();
      kubectl.run("apply", "-f", manifest.toString());
      awaitAgents(kubectl);
    }
  },

  /** kindnet whose agent does not offer to: each call starts a JVM. */
  COLD("kindnet, cold") {
    @Override
    void install(Cluster cluster, Path manifest) {
      WARM.install(cluster, manifest);
      Kubectl kubectl = cluster.kubectl();
      kubectl.run(
          "-n",
          "kube-system",
          "patch",
          "daemonset",
          "kindnet",
          "--type=json",
          "-p",
          "[{\"op\":\"add\",\"path\":\"/spec/template/spec/containers/0/args/-\",\"value\":\"--cni-socket=\"}]");
      awaitAgents(kubectl);
    }
  },

  /** The standard plugins, in the chain that gives the same: both families, host ports. */
  CHAIN("ptp, host-local, portmap") {
    @Override
    void install(Cluster cluster, Path manifest) {
      for (Node node : cluster.nodes()) {
        String[] cidrs =
            cluster
                .kubectl()
                .run("get", "node", node.name(), "-o", "jsonpath={.spec.podCIDRs[*]}")
                .split(" ", -1);
        node.machine()
            .runWithInput(
                conflist(cidrs[0], cidrs[1]),
                "sh",
                "-c",
                "cat >/etc/cni/net.d/10-chain.tmp"
                    + " && mv /etc/cni/net.d/10-chain.tmp /etc/cni/net.d/10-chain.conflist");
      }
    }
  };

  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private final String title;

  Candidate(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Makes it the network of all nodes, and of no pod yet. */
  abstract void install(Cluster cluster, Path manifest);

  /** Takes it away again. */
  void remove(Cluster cluster, Path manifest) {
    Kubectl kubectl = cluster.kubectl();
    kubectl.run("delete", "-f", manifest.toString(), "--ignore-not-found", "--wait");
    Eventually.within(
        DEADLINE,
        () -> {
          String pods =
              kubectl.run("-n", "kube-system", "get", "pods", "-l", "app=kindnet", "-o", "name");
          if (!pods.isBlank()) {
            throw new AssertionError("still there: " + pods);
          }
        });
    for (Node node : cluster.nodes()) {
      node.machine().run("sh", "-c", "rm -f /etc/cni/net.d/*");
    }
  }

  private static void awaitAgents(Kubectl kubectl) {
    kubectl.run("-n", "kube-system", "rollout", "status", "daemonset/kindnet", "--timeout=120s");
    kubectl.run("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=120s");
  }

  private static String conflist(String rangeV4, String rangeV6) {
    return """
    {"cniVersion": "0.4.0", "name": "chain", "plugins": [
      {"type": "ptp", "ipMasq": true, "ipam": {"type": "host-local",
        "ranges": [[{"subnet": "%s"}], [{"subnet": "%s"}]],
        "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}},
      {"type": "portmap", "capabilities": {"portMappings": true}}]}
    """
        .formatted(rangeV4, rangeV6);
  }
}
