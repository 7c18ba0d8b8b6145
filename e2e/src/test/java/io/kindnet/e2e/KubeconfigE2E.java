package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The agent runs without a pod, with a kubeconfig, as the README says. */
@RealCluster
class KubeconfigE2E {
  private static final String KUBELET_CONF = "/etc/kubernetes/kubelet.conf";
  private static final String PEER_ROUTES = "ip -4 route show proto 75; ip -6 route show proto 75";

  @Test
  void theCommandsOfTheReadmeMakeOneAndStartTheAgent(TestCluster cluster) throws Exception {
    Node node = cluster.node(1);
    Machine machine = node.machine();
    List<String> commands = new ArrayList<>(cluster.kindnet().readmeCommands("set-credentials"));
    String start = commands.removeLast();
    assertThat(start).startsWith("/opt/kindnetd/bin/kindnetd ").endsWith("=NODE");

    // as an administrator has unpacked it
    String container = "/proc/" + Kindnet.processes(machine)[0] + "/root";
    machine.run("cp", "-a", container + "/opt/kindnet/kindnetd", "/opt/kindnetd");
    String routes = machine.run("sh", "-ec", PEER_ROUTES);
    cluster.kindnet().keepAgentsAway();
    try {
      machine.run("ip", "route", "flush", "proto", "75");
      machine.run("ip", "-6", "route", "flush", "proto", "75");
      machine.run("install", "-m", "600", node.kubeletKubeconfig().toString(), KUBELET_CONF);

      String administrator = "KUBECONFIG=" + cluster.kubectl().kubeconfig();
      machine.run("env", administrator, "sh", "-ec", String.join("\n", commands));
      assertThat(machine.run("stat", "-c", "%a", "/etc/kubernetes/kindnet.conf")).startsWith("600");
      runAgent(cluster, node, start.replace("NODE", node.name()), routes);
    } finally {
      machine.run("rm", "-rf", "/opt/kindnetd", KUBELET_CONF, "/etc/kubernetes/kindnet.conf");
      cluster.kindnet().letAgentsCome();
    }
  }

  private static void runAgent(TestCluster cluster, Node node, String command, String routes)
      throws IOException {
    Machine machine = node.machine();
    Process agent = machine.start("sh", "-c", "exec " + command + " >/run/e2e/kindnetd.log 2>&1");
    try {
      Eventually.within(
          TestCluster.DEADLINE,
          () -> {
            assertThat(agent.isAlive()).as(machine.run("cat", "/run/e2e/kindnetd.log")).isTrue();
            assertThat(cluster.kindnet().readiness(node)).endsWith("\nready");
            assertThat(machine.run("sh", "-ec", PEER_ROUTES)).isEqualTo(routes);
          });
    } finally {
      machine.run("pkill", "--full", "^/opt/kindnetd/.*io.kindnet.kindnetd.Kindnetd");
    }
    assertThat(agent.onExit().join().exitValue()).isZero();
  }
}
