package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import org.junit.jupiter.api.Test;

/** A pod that is reached through a port of its node. */
@RealCluster
class HostPortE2E {
  private static final int HOST_PORT = 8081;
  private static final String[] PORTS = {
    "{containerPort: 8080, hostPort: 8081}", "{containerPort: 5353, hostPort: 53, protocol: UDP}"
  };

  @Test
  void aHostPortIsReachedFromEverywhere(TestCluster cluster) {
    Node node = cluster.node(1);
    cluster.apply(Manifests.pod("web", node.name(), PORTS));
    cluster.apply(Manifests.pod("neighbour", node.name()));
    cluster.apply(Manifests.pod("stranger", cluster.nodes().getLast().name()));
    Pod web = cluster.awaitPod("web");
    Pod neighbour = cluster.awaitPod("neighbour");
    Pod stranger = cluster.awaitPod("stranger");

    for (String address : node.addresses()) {
      assertThat(cluster.outside().run(Http.ask(address, HOST_PORT))).startsWith("web saw ");
      assertThat(node.machine().run(Http.ask(address, HOST_PORT))).startsWith("web saw ");
      assertThat(web.ask(address, HOST_PORT)).startsWith("web saw ");
      assertThat(neighbour.ask(address, HOST_PORT)).startsWith("web saw ");
      assertThat(stranger.ask(address, HOST_PORT)).startsWith("web saw ");
    }
    assertThat(node.machine().run(Http.ask("127.0.0.1", HOST_PORT))).startsWith("web saw ");
    cluster.assertNothingLeaks();
  }

  @Test
  void aHostPortPassesToTheNextPod(TestCluster cluster) {
    Node node = cluster.node(1);
    cluster.apply(Manifests.pod("first", node.name(), PORTS));
    cluster.awaitPod("first");
    cluster.inNamespace("delete", "pod", "first");
    cluster.apply(Manifests.pod("second", node.name(), PORTS));
    cluster.awaitPod("second");

    for (String address : node.addresses()) {
      assertThat(cluster.outside().run(Http.ask(address, HOST_PORT))).startsWith("second saw ");
    }
    cluster.assertNothingLeaks();
  }
}
