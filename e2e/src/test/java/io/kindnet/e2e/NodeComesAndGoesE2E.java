package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import org.junit.jupiter.api.Test;

/** A cluster becomes larger, and smaller again. */
@RealCluster
class NodeComesAndGoesE2E {

  @Test
  void podsOfANewNodeAreReachedAndItsRoutesGoWithIt(TestCluster cluster) {
    Node old = cluster.node(1);
    cluster.apply(Manifests.pod("old", old.name()));
    Pod oldPod = cluster.awaitPod("old");

    Node added = cluster.addNode();
    cluster.kindnet().awaitReady();
    cluster.apply(Manifests.pod("new", added.name()));
    Pod newPod = cluster.awaitPod("new");
    for (int family : new int[] {0, 1}) {
      String address = newPod.addresses().get(family);
      assertThat(oldPod.ask(address)).isEqualTo("new saw " + oldPod.addresses().get(family));
      assertThat(newPod.ask(oldPod.addresses().get(family))).isEqualTo("old saw " + address);
    }
    assertThat(routesTo(old, added)).isEqualTo(2);

    cluster.inNamespace("delete", "pod", "new"); // as a drain does
    cluster.removeNode(added);
    Eventually.within(TestCluster.DEADLINE, () -> assertThat(routesTo(old, added)).isEqualTo(0));
  }

  /** How many routes of one node lead to another. */
  private static int routesTo(Node from, Node to) {
    int routes = 0;
    for (String family : new String[] {"-4", "-6"}) {
      for (var route :
          Json.read(from.machine().run("ip", "-j", family, "route", "show", "proto", "75"))) {
        routes += to.addresses().contains(route.path("gateway").asText()) ? 1 : 0;
      }
    }
    return routes;
  }
}
