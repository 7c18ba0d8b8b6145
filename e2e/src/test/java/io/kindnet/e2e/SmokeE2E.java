package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import org.junit.jupiter.api.Test;

/** The least that has to work: kindnet is installed, a pod comes, is reached, and goes. */
@RealCluster
class SmokeE2E {
  @Test
  void aPodComesIsReachedAndGoes(TestCluster cluster) {
    cluster.apply(Manifests.pod("web", "", "{containerPort: 8080, hostPort: 8081}"));
    Pod web = cluster.awaitPod("web");
    Node node = cluster.nodeOf(web);

    for (String address : web.addresses()) {
      // that a container runs does not mean that its server listens
      Eventually.within(
          TestCluster.DEADLINE,
          () -> assertThat(node.machine().run(Http.ask(address, Pod.PORT))).startsWith("web saw "));
    }
    for (String address : node.addresses()) {
      Eventually.within(
          TestCluster.DEADLINE,
          () ->
              assertThat(cluster.outside().run(Http.ask(address, 8081)))
                  .startsWith("web saw ")
                  .contains(address.contains(":") ? "2001:db8:51::10" : "198.51.100.10"));
    }
    cluster.assertNothingLeaks();

    cluster.inNamespace("delete", "pod", "web");
    cluster.assertNothingLeaks();
  }
}
