package io.kindnet.controller;

import static io.kindnet.controller.ControllerFixture.NAMESPACE;
import static io.kindnet.controller.ControllerFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.kindnet.controller.api.Configuration;
import io.kindnet.controller.api.ConfigurationStatus;
import io.kindnet.controller.api.VersionCount;
import io.kindnet.controller.daemonset.DesiredDaemonSets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the controller does with objects. Owners of fields are for the real API server to keep. */
class ConfigurationReconcilerTest {
  private ControllerFixture controller;

  @BeforeEach
  void start() throws IOException {
    controller = new ControllerFixture();
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void bringsTheAgentsAndSaysHowFarTheyAre() throws Exception {
    controller.start();
    controller.create("");
    eventually(() -> assertThat(controller.daemonSet("kindnet")).isNotNull());
    eventually(() ->
        assertThat(controller.condition("Progressing"))
            .isEqualTo("True RolloutInProgress: 0 of 0 nodes are updated, 0 ready"));
    controller.report("kindnet", 2, 2, 1);
    eventually(() ->
        assertThat(controller.condition("Ready"))
            .isEqualTo("False RolloutInProgress: 2 of 2 nodes are updated, 1 ready"));
    pod("kindnet-1", "node1", "{type: Ready, status: 'True'}", "");
    pod("kindnet-2", "node2", "{type: Ready, status: 'True'}", "");
    controller.report("kindnet", 2, 2, 2);
    eventually(() ->
        assertThat(controller.condition("Ready"))
            .isEqualTo("True AllNodesReady: 2 nodes are ready"));
    eventually(() ->
        assertThat(status().versions())
            .containsExactly(new VersionCount("kindnet/kindnetd:0.1.0", 2, 2)));
    assertThat(status().observedGeneration())
        .isEqualTo(controller.present().getMetadata().getGeneration());
  }

  @Test
  void aChangeComesToTheAgents() throws Exception {
    controller.start();
    controller.create("");
    eventually(
        () -> assertThat(arguments("kindnet")).containsExactly("--cni-bin-dir=/opt/cni/bin"));
    edit("logLevel: 4");
    eventually(() -> assertThat(arguments("kindnet")).contains("-v=4"));
    edit("");
    eventually(
        () -> assertThat(arguments("kindnet")).containsExactly("--cni-bin-dir=/opt/cni/bin"));
  }

  @Test
  void whatOthersChangeIsPutBackAndWhatTheyAddStays() throws Exception {
    controller.start();
    controller.create("");
    eventually(() -> assertThat(controller.daemonSet("kindnet")).isNotNull());
    controller
        .client
        .apps()
        .daemonSets()
        .inNamespace(NAMESPACE)
        .withName("kindnet")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\": {\"annotations\": {\"team\": \"net\"}}, \"spec\": {\"template\":"
                + " {\"spec\": {\"priorityClassName\": \"low\"}}}}");
    eventually(() ->
        assertThat(
                controller
                    .present("kindnet")
                    .getSpec()
                    .getTemplate()
                    .getSpec()
                    .getPriorityClassName())
            .isEqualTo("system-node-critical"));
    assertThat(controller.present("kindnet").getMetadata().getAnnotations())
        .containsEntry("team", "net");
    controller.client.apps().daemonSets().inNamespace(NAMESPACE).withName("kindnet").delete();
    eventually(() -> assertThat(controller.daemonSet("kindnet")).isNotNull());
  }

  @Test
  void agentsOfTheManifestAreKeptAsTheyAre() throws Exception {
    DaemonSet manifest = null;
    for (String document : Files.readString(Path.of("../install-kindnet.yaml")).split("\n---\n")) {
      if (document.contains("\nkind: DaemonSet\n")) {
        manifest =
            controller.client.getKubernetesSerialization().unmarshal(document, DaemonSet.class);
      }
    }
    controller.client.resource(Objects.requireNonNull(manifest)).create();
    DaemonSet before = controller.present("kindnet");
    controller.start();
    controller.create("");
    eventually(() ->
        assertThat(controller.present("kindnet").getMetadata().getLabels())
            .containsEntry(DesiredDaemonSets.OWNER_LABEL, Configuration.NAME));
    assertThat(controller.present("kindnet").getSpec().getTemplate())
        .isEqualTo(before.getSpec().getTemplate());
    assertThat(controller.present("kindnet").getMetadata().getUid())
        .isEqualTo(before.getMetadata().getUid());
  }

  @Test
  void aBrokenImageIsNamedAndGoingBackHeals() throws Exception {
    controller.start();
    controller.create("");
    eventually(() -> assertThat(controller.daemonSet("kindnet")).isNotNull());
    pod(
        "kindnet-1",
        "node1",
        "{type: Ready, status: 'False'}",
        "{name: kindnet-cni, state: {waiting: {reason: ErrImagePull, message: gone}}}");
    controller.report("kindnet", 2, 1, 1);
    eventually(() ->
        assertThat(controller.condition("Degraded"))
            .isEqualTo(
                "True RolloutStopped: node node1: Pod kindnet-1: container kindnet-cni:"
                    + " ErrImagePull: gone"));
    controller.client.pods().inNamespace(NAMESPACE).withName("kindnet-1").delete();
    controller.report("kindnet", 2, 2, 2);
    eventually(() -> assertThat(controller.condition("Degraded")).isEqualTo("False AsExpected: "));
  }

  @Test
  void aSpecThatNoAgentStartsWithChangesNothing() throws Exception {
    controller.start();
    controller.create("");
    eventually(() -> assertThat(controller.daemonSet("kindnet")).isNotNull());
    edit("logLevel: 2\nmasquerading: {excludedCIDRs: [ten]}");
    eventually(() ->
        assertThat(controller.condition("Degraded"))
            .startsWith("True InvalidConfiguration: ")
            .contains("no-masquerade-cidr"));
    assertThat(arguments("kindnet")).containsExactly("--cni-bin-dir=/opt/cni/bin");
    edit("logLevel: 2");
    eventually(() -> assertThat(arguments("kindnet")).contains("-v=2"));
    eventually(() -> assertThat(controller.condition("Degraded")).isEqualTo("False AsExpected: "));
  }

  @Test
  void whatTheApiServerRefusesIsInTheStatusUntilItAgrees() throws Exception {
    controller.refuseDaemonSets(true);
    controller.start();
    controller.create("");
    eventually(() ->
        assertThat(controller.condition("Degraded"))
            .startsWith("True ReconcileFailed: ")
            .contains("no right to patch"));
    assertThat(controller.condition("Ready")).startsWith("Unknown ReconcileFailed: ");
    // which is more often than the framework tries by itself
    eventually(() -> assertThat(controller.refused()).isGreaterThan(6));
    controller.refuseDaemonSets(false);
    eventually(() -> assertThat(controller.daemonSet("kindnet")).isNotNull());
    eventually(() -> assertThat(controller.condition("Degraded")).isEqualTo("False AsExpected: "));
    assertThat(controller.condition("Ready")).startsWith("False RolloutInProgress: ");
  }

  @Test
  void aDaemonSetOfAnOverrideComesAndGoesWithIt() throws Exception {
    controller.start();
    controller.create(
        "nodeOverrides: [{name: edge, nodeLabel: {key: pool, values: [edge]}, settings: {logLevel:"
            + " 2}}]");
    eventually(() -> assertThat(arguments("kindnet-edge")).contains("-v=2"));
    edit("");
    eventually(() -> assertThat(controller.daemonSet("kindnet-edge")).isNull());
    assertThat(controller.daemonSet("kindnet")).isNotNull();
  }

  @Test
  void theAgentsGoWithTheConfiguration() throws Exception {
    controller.start();
    controller.create("");
    eventually(() -> assertThat(controller.daemonSet("kindnet")).isNotNull());
    controller.client.resource(controller.present()).delete();
    eventually(() -> assertThat(controller.daemonSet("kindnet")).isNull());
  }

  @Test
  void cleansNodesBeforeTheConfigurationIsGone() throws Exception {
    controller.start();
    controller.create("onDelete: Clean");
    eventually(() ->
        assertThat(controller.present().getMetadata().getFinalizers())
            .containsExactly(Removal.FINALIZER));
    pod("kindnet-1", "node1", "{type: Ready, status: 'True'}", "");
    controller.client.resource(controller.present()).delete();
    eventually(() -> assertThat(controller.daemonSet("kindnet")).isNull());
    assertThat(controller.daemonSet("kindnet-cleanup")).isNull();
    controller.client.pods().inNamespace(NAMESPACE).withName("kindnet-1").delete();
    eventually(() -> assertThat(controller.daemonSet("kindnet-cleanup")).isNotNull());
    controller.report("kindnet-cleanup", 1, 1, 0);
    controller.report("kindnet-cleanup", 1, 1, 1);
    eventually(() -> assertThat(controller.configuration()).isNull());
    eventually(() -> assertThat(controller.daemonSet("kindnet-cleanup")).isNull());
  }

  @Test
  void oneThatNoLongerCleansHasNoFinalizer() throws Exception {
    controller.start();
    controller.create("onDelete: Clean");
    eventually(() -> assertThat(controller.present().getMetadata().getFinalizers()).isNotEmpty());
    edit("");
    eventually(() -> assertThat(controller.present().getMetadata().getFinalizers()).isEmpty());
  }

  private ConfigurationStatus status() {
    return Objects.requireNonNull(controller.present().getStatus());
  }

  private List<String> arguments(String name) {
    DaemonSet daemonSet = controller.daemonSet(name);
    return daemonSet == null
        ? List.of()
        : daemonSet.getSpec().getTemplate().getSpec().getContainers().getFirst().getArgs();
  }

  private void edit(String fields) throws IOException {
    Configuration wanted = controller.configuration(fields);
    controller.edit(present -> present.setSpec(wanted.getSpec()));
  }

  private void pod(String name, String node, String condition, String container) {
    controller
        .client
        .resource(
            controller
                .client
                .getKubernetesSerialization()
                .unmarshal(
                    """
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: %s, namespace: kube-system, labels: {k8s-app: kindnet}}
                    spec: {nodeName: %s, containers: [{name: kindnet-cni, image: "kindnet/kindnetd:0.1.0"}]}
                    status: {phase: Running, conditions: [%s], containerStatuses: [%s]}
                    """
                        .formatted(name, node, condition, container),
                    Pod.class))
        .create();
  }
}
