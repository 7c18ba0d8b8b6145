package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import io.kindnet.e2e.cluster.Service;
import io.kindnet.netlink.testing.Eventually;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Kubelet and container runtime are started again, as in an update, while pods run. */
@RealCluster
class RuntimeRestartE2E {

  @Test
  void podsStayAndOthersComeAndGo(TestCluster cluster) {
    Traffic traffic = Traffic.start(cluster);
    Node node = cluster.node(1);
    for (Service service : List.of(node.kubelet(), node.containerd())) {
      service.stop();
      service.start();
      service.awaitReady();
    }
    // a kubelet that has just come up says NotReady for a moment
    cluster.kindnet().awaitReady();
    // and knows its pods a moment later
    Eventually.within(TestCluster.DEADLINE, () -> traffic.sender().run("true"));
    traffic.assertNothingWasLost();

    cluster.apply(Manifests.pod("new", node.name()));
    Pod pod = cluster.awaitPod("new");
    assertThat(node.machine().run(Http.ask(pod.ipv6(), Pod.PORT))).startsWith("new saw ");
    cluster.inNamespace("delete", "pod", "sender", "new");
    cluster.assertNothingLeaks();
  }
}
