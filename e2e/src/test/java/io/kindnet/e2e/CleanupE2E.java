package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.cluster.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The manifest is deleted for good, and every node cleaned up by the pod of the documentation. */
@RealCluster
class CleanupE2E {
  private static final List<String> OUR_ROUTES = List.of("75", "107");

  @Test
  void nothingOfKindnetStaysOnANodeAndItCanBeInstalledAgain(TestCluster cluster) {
    Kindnet kindnet = cluster.kindnet();
    cluster.apply(Manifests.daemonSet("web"));
    cluster.awaitRollout("daemonset/web");
    cluster.inNamespace("delete", "daemonset", "web", "--wait", "--cascade=foreground");
    kindnet.delete(Kindnet.MANIFEST);

    for (Node node : cluster.nodes()) {
      assertThat(kindnet.cleanUp(node))
          .contains("removed table inet kindnet-ipmasq")
          .contains("removed /etc/cni/net.d/10-kindnet.conflist");
      assertNothingIsLeft(node.machine());
    }

    kindnet.install(Kindnet.MANIFEST);
    cluster.apply(Manifests.daemonSet("web"));
    cluster.awaitRollout("daemonset/web");
    cluster.assertNothingLeaks();
  }

  private static void assertNothingIsLeft(Machine machine) {
    assertThat(machine.run("nft", "list", "tables")).doesNotContain("kindnet");
    assertThat(Leaks.aliases(machine)).isEmpty();
    for (String protocol : OUR_ROUTES) {
      assertThat(machine.run("ip", "-4", "route", "show", "proto", protocol)).isEmpty();
      assertThat(machine.run("ip", "-6", "route", "show", "proto", protocol)).isEmpty();
    }
    assertThat(
            machine.run(
                "find",
                "/etc/cni/net.d",
                "/opt/cni/bin",
                "/var/lib/cni-kindnet",
                "/run/kindnet",
                "-mindepth",
                "1",
                "-name",
                "*kindnet*"))
        .isEmpty();
    assertThat(machine.run("ls", "-A", "/var/lib/cni-kindnet", "/run/kindnet"))
        .doesNotContain("cni.db", "cni.sock");
  }
}
