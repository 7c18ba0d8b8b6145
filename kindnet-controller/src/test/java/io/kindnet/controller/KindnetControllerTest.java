package io.kindnet.controller;

import static io.kindnet.controller.ControllerFixture.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kindnet.netlink.testing.JavaProcess;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The program as a whole: its arguments, its pages, its replicas, its end. */
class KindnetControllerTest {
  private ControllerFixture cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new ControllerFixture();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void leadsWorksAndEndsInOrder() throws Exception {
    cluster.create("");
    try (ControllerProcess controller = controller()) {
      eventually(() -> assertThat(cluster.daemonSet("kindnet")).isNotNull());
      eventually(
          () -> assertThat(controller.healthz("/readyz")).isEqualTo("[+]controller ok\nready\n"));
      assertThat(controller.healthz("/healthz")).isEqualTo("ok\n");
      // the nodes are counted after the DaemonSet has been applied
      eventually(() ->
          assertThat(controller.metrics())
              .contains("kindnet_controller_leader 1.0")
              .contains("kindnet_controller_nodes{state=\"desired\"} 0.0")
              .contains("kindnet_build_info"));
      // what it does not have
      assertThat(controller.metrics()).doesNotContain("kindnetd", "_pass_", "repairs");
      assertThat(lease().getSpec().getHolderIdentity()).isNotEmpty();
      assertThat(controller.stop()).as(controller.log()).isZero();
      assertThat(controller.log()).endsWith("kindnet-controller stops; the agents go on\n");
      // the client leaves the holder there, and the Lease ends after a second
      assertThat(lease().getSpec().getLeaseDurationSeconds()).isEqualTo(1);
    }
  }

  @Test
  void oneOfTwoReplicasWorksAndTheOtherTakesOver() throws Exception {
    cluster.create("");
    try (ControllerProcess first = controller()) {
      eventually(() -> assertThat(first.leads()).isTrue());
      try (ControllerProcess second = controller()) {
        eventually(() ->
            assertThat(second.healthz("/readyz"))
                .isEqualTo("[+]controller ok, but another replica works\nready\n"));
        assertThat(second.leads()).isFalse();
        assertThat(first.stop()).isZero();
        eventually(() -> assertThat(second.leads()).isTrue());
        cluster.client.apps().daemonSets().inNamespace("kube-system").withName("kindnet").delete();
        eventually(() -> assertThat(cluster.daemonSet("kindnet")).isNotNull());
        assertThat(second.stop()).isZero();
      }
    }
  }

  @Test
  void aReplicaThatLosesItsLeaseEnds() throws Exception {
    try (ControllerProcess controller = controller()) {
      eventually(() -> assertThat(controller.leads()).isTrue());
      // the replica renews it meanwhile
      eventually(this::giveLeaseToAnother);
      assertThat(controller.awaitExit()).isEqualTo(1);
      assertThat(controller.log()).contains("this replica has lost the Lease kindnet-controller");
    }
  }

  @Test
  void aWrongArgumentIsNamed() throws Exception {
    Process process = JavaProcess.start(KindnetController.class, "--healthz-bind-address=9070");
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(said)
        .contains("kindnet-controller: invalid value \"9070\" for flag -healthz-bind-address");
  }

  private void giveLeaseToAnother() {
    try {
      cluster
          .client
          .leases()
          .inNamespace("kube-system")
          .withName("kindnet-controller")
          .edit(lease -> {
            lease.getSpec().setHolderIdentity("another");
            lease.getSpec().setLeaseDurationSeconds(3600); // nobody renews it
            lease.getSpec().setRenewTime(Instant.now().atZone(ZoneOffset.UTC));
            return lease;
          });
    } catch (KubernetesClientException conflict) {
      throw new AssertionError("not given away", conflict);
    }
  }

  private Lease lease() {
    return Objects.requireNonNull(
        cluster.client.leases().inNamespace("kube-system").withName("kindnet-controller").get());
  }

  private ControllerProcess controller() throws IOException {
    List<String> command = JavaProcess.command(KindnetController.class);
    return new ControllerProcess(command, cluster.server.url());
  }
}
