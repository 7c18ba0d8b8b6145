package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Addresses;
import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Resources;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The manifest that a node image of kind has, with this image in the place of kind's: neither
 * arguments nor rights are added, and pods get their network from the standard plugins.
 */
@RealCluster
class KindManifestE2E {
  private static final int HOST_PORT = 8081;
  private static final String MODULES = "/lib/modules";

  @Test
  void onlyTheImageHasToChange(TestCluster cluster) {
    Kindnet kindnet = cluster.kindnet();
    kindnet.removeEverywhere();
    kindnet.apply(manifest(cluster));
    try {
      kindnet.awaitReady();
      for (Node node : cluster.nodes()) {
        assertThat(node.machine().run("cat", "/etc/cni/net.d/10-kindnet.conflist"))
            .contains("\"ptp\"", "\"host-local\"", "\"portmap\"")
            .doesNotContain("cni-kindnet");
      }
      assertPodsReachEachOther(cluster);
      assertHostPortsLeadToPods(cluster);
      for (Node node : cluster.nodes()) {
        assertThat(kindnet.log(node)).as("log on " + node.name()).doesNotContain("ERROR", "error");
        assertThat(kindnet.restarts(node)).as("restarts on " + node.name()).isZero();
        assertThat(kindnet.readiness(node))
            .contains("[+]node-condition ok, but kindnetd may not set the condition");
      }
    } finally {
      // with the plugins that made their networks
      cluster.inNamespace("delete", "daemonset,pod", "--all", "--wait", "--cascade=foreground");
      kindnet.deleteApplied(manifest(cluster));
      cleanUp(cluster);
    }
  }

  private static void cleanUp(TestCluster cluster) {
    for (Node node : cluster.nodes()) {
      cluster.kindnet().cleanUp(node);
    }
  }

  private static String manifest(TestCluster cluster) {
    String text =
        Resources.text(KindManifestE2E.class, "kind.yaml").replace("@POD_SUBNET@", Addresses.PODS);
    Machine machine = cluster.node(1).machine();
    boolean modules = machine.attempt("test", "-d", MODULES).exit() == 0;
    // what a container runtime would make in /usr, machines and the host would keep
    return modules ? text : text.replace("path: " + MODULES, "path: /run/e2e/modules");
  }

  private static void assertPodsReachEachOther(TestCluster cluster) {
    cluster.apply(Manifests.daemonSet("web"));
    cluster.awaitRollout("daemonset/web");
    List<Pod> pods = cluster.pods("app=web");
    assertThat(pods).hasSize(cluster.nodes().size());
    for (Pod from : pods) {
      for (Pod to : pods) {
        assertThat(from.ask(to.ipv4())).isEqualTo(to.name() + " saw " + from.ipv4());
        assertThat(from.ask(to.ipv6())).isEqualTo(to.name() + " saw " + from.ipv6());
      }
    }
  }

  private static void assertHostPortsLeadToPods(TestCluster cluster) {
    Node node = cluster.node(1);
    cluster.apply(
        Manifests.pod("port", node.name(), "{containerPort: 8080, hostPort: " + HOST_PORT + "}"));
    cluster.awaitPod("port");
    for (String address : node.addresses()) {
      Eventually.within(
          TestCluster.DEADLINE,
          () ->
              assertThat(cluster.outside().run(Http.ask(address, HOST_PORT)))
                  .startsWith("port saw "));
    }
  }
}
