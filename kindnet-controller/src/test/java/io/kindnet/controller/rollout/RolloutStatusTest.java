package io.kindnet.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kindnet.controller.api.ConfigurationStatus;
import io.kindnet.controller.api.FailedNode;
import io.kindnet.controller.api.VersionCount;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RolloutStatusTest {
  private static final KubernetesSerialization YAML = new KubernetesSerialization();
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final String READY =
      "{type: Ready, status: 'True', lastTransitionTime: '2026-01-01T11:00:00Z'}";
  private static final String NOT_READY =
      "{type: Ready, status: 'False', lastTransitionTime: '2026-01-01T11:59:00Z'}";

  @Test
  void allNodesAreReady() {
    RolloutStatus rollout = rollout(daemonSet(2, 2, 2), ready("a", "node1"), ready("b", "node2"));
    assertThat(conditions(rollout))
        .containsExactly(
            "Ready True AllNodesReady: 2 nodes are ready",
            "Progressing False RolloutComplete: 2 of 2 nodes are updated, 2 ready",
            "Degraded False AsExpected: ");
    assertThat(rollout.settled()).isTrue();
    assertThat(rollout.versions()).containsExactly(new VersionCount("kindnet/kindnetd:1", 2, 2));
  }

  @Test
  void aNodeIsYetToComeReady() {
    RolloutStatus rollout =
        rollout(daemonSet(2, 1, 1), notReady("a", "node1", ""), ready("b", "node2"));
    assertThat(conditions(rollout))
        .containsExactly(
            "Ready False RolloutInProgress: 1 of 2 nodes are updated, 1 ready",
            "Progressing True RolloutInProgress: 1 of 2 nodes are updated, 1 ready",
            "Degraded False AsExpected: ");
    assertThat(rollout.settled()).isFalse();
  }

  @Test
  void anImageThatIsNowhereStopsTheRolloutAtOnce() {
    RolloutStatus rollout =
        rollout(
            daemonSet(2, 1, 1),
            notReady(
                "a",
                "node1",
                "{name: kindnet-cni, state: {waiting: {reason: ImagePullBackOff, message: 'no such"
                    + " image'}}}"),
            ready("b", "node2"));
    assertThat(conditions(rollout))
        .containsExactly(
            "Ready False RolloutStopped: 1 of 2 nodes are updated, 1 ready",
            "Progressing False RolloutStopped: 1 of 2 nodes are updated, 1 ready",
            "Degraded True RolloutStopped: node node1: Pod a: container kindnet-cni:"
                + " ImagePullBackOff: no such image");
    assertThat(rollout.failed())
        .containsExactly(
            new FailedNode("node1", "a", "container kindnet-cni: ImagePullBackOff: no such image"));
  }

  @Test
  void theLastWordsOfAnAgentThatEndsAreThere() {
    RolloutStatus rollout =
        rollout(
            daemonSet(1, 1, 0),
            notReady(
                "a",
                "node1",
                "{name: kindnet-cni, state: {waiting: {reason: CrashLoopBackOff}}, lastState:"
                    + " {terminated: {exitCode: 1, message: \"kindnetd: flag\\nprovided\"}}}"));
    assertThat(rollout.failed())
        .extracting(FailedNode::message)
        .containsExactly(
            "container kindnet-cni: CrashLoopBackOff; it ended with kindnetd: flag provided");
  }

  @Test
  void anAgentThatIsNotReadyInTimeCountsAsFailed() {
    String since = "{type: Ready, status: 'False', lastTransitionTime: '2026-01-01T11:56:00Z'}";
    RolloutStatus rollout = rollout(daemonSet(1, 1, 0), pod("a", "node1", since, ""));
    assertThat(conditions(rollout))
        .last()
        .isEqualTo("Degraded True AgentsNotReady: node node1: Pod a: its agent is not ready");
  }

  @Test
  void theSchedulerIsQuoted() {
    String unscheduled =
        "{type: PodScheduled, status: 'False', message: 'no memory', lastTransitionTime:"
            + " '2026-01-01T11:00:00Z'}";
    Pod pod =
        YAML.unmarshal(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: a, creationTimestamp: '2026-01-01T11:00:00Z'}
            spec:
              containers: [{name: kindnet-cni, image: i}]
              affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [node9]}]}]}}}
            status: {phase: Pending, conditions: [%s]}
            """
                .formatted(unscheduled),
            Pod.class);
    RolloutStatus rollout = rollout(daemonSet(1, 1, 0), pod);
    assertThat(rollout.failed())
        .containsExactly(new FailedNode("node9", "a", "not scheduled: no memory"));
  }

  @Test
  void whatTheDaemonSetsControllerHasNotSeenIsNotComplete() {
    DaemonSet daemonSet = daemonSet(2, 2, 2);
    daemonSet.getMetadata().setGeneration(8L);
    assertThat(rollout(daemonSet).complete()).isFalse();
    daemonSet.setStatus(null);
    assertThat(rollout(daemonSet).complete()).isFalse();
  }

  @Test
  void severalDaemonSetsCountTogether() {
    RolloutStatus rollout = rollout(List.of(daemonSet(2, 2, 2), daemonSet(3, 1, 2)));
    assertThat(rollout.nodes())
        .hasToString("NodeCounts[desired=5, updated=3, ready=4, unavailable=1]");
  }

  @Test
  void aConditionKeepsItsTimeWhileItHolds() {
    RolloutStatus rollout = rollout(daemonSet(2, 2, 2));
    ConfigurationStatus first = rollout.status(null, 1L, NOW);
    ConfigurationStatus later = rollout.status(first, 1L, NOW.plusSeconds(60));
    assertThat(later).isEqualTo(first);
    ConfigurationStatus other = rollout(daemonSet(2, 1, 2)).status(later, 2L, NOW.plusSeconds(60));
    assertThat(other.conditions())
        .extracting(Condition::getLastTransitionTime)
        .containsExactly("2026-01-01T12:01:00Z", "2026-01-01T12:01:00Z", "2026-01-01T12:00:00Z");
  }

  @Test
  void whatIsNotKnownIsNotSaidToBeReady() {
    ConfigurationStatus before = rollout(daemonSet(2, 2, 2)).status(null, 1L, NOW);
    ConfigurationStatus status = RolloutStatus.unknown(before, 2L, "forbidden", NOW);
    assertThat(conditions(status))
        .extracting(condition -> condition.getType() + " " + condition.getStatus())
        .containsExactly("Ready Unknown", "Progressing Unknown", "Degraded True");
    assertThat(conditions(status)).extracting(Condition::getMessage).containsOnly("forbidden");
    assertThat(status.nodes()).isEqualTo(before.nodes());
  }

  @Test
  void tenFailedNodesAreNamed() {
    Pod[] pods = new Pod[12];
    for (int i = 0; i < pods.length; i++) {
      pods[i] =
          notReady("p" + i, "node" + i, "{name: c, state: {waiting: {reason: InvalidImageName}}}");
    }
    ConfigurationStatus status = rollout(daemonSet(12, 12, 0), pods).status(null, 1L, NOW);
    assertThat(status.failedNodes()).hasSize(10);
    assertThat(conditions(status).getLast().getMessage()).endsWith("InvalidImageName, and 11 more");
  }

  private static RolloutStatus rollout(DaemonSet daemonSet, Pod... pods) {
    return rollout(List.of(daemonSet), pods);
  }

  private static RolloutStatus rollout(List<DaemonSet> daemonSets, Pod... pods) {
    return RolloutStatus.of(
        daemonSets, List.of(pods).stream().map(AgentPod::of).toList(), DEADLINE, NOW);
  }

  private static List<String> conditions(RolloutStatus rollout) {
    return conditions(rollout.status(null, 1L, NOW)).stream()
        .map(condition ->
            condition.getType()
                + " "
                + condition.getStatus()
                + " "
                + condition.getReason()
                + ": "
                + condition.getMessage())
        .toList();
  }

  private static List<Condition> conditions(ConfigurationStatus status) {
    return Objects.requireNonNull(status.conditions());
  }

  private static DaemonSet daemonSet(int desired, int updated, int available) {
    return YAML.unmarshal(
        """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: kindnet, generation: 7}
        status: {observedGeneration: 7, desiredNumberScheduled: %d, updatedNumberScheduled: %d, numberReady: %3$d, numberAvailable: %3$d}
        """
            .formatted(desired, updated, available),
        DaemonSet.class);
  }

  private static Pod ready(String name, String node) {
    return pod(name, node, READY, "");
  }

  private static Pod notReady(String name, String node, String container) {
    return pod(name, node, NOT_READY, container);
  }

  private static Pod pod(String name, String node, String condition, String container) {
    return YAML.unmarshal(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, creationTimestamp: '2026-01-01T11:00:00Z'}
        spec: {nodeName: %s, containers: [{name: kindnet-cni, image: "kindnet/kindnetd:1"}]}
        status: {phase: Running, conditions: [%s], containerStatuses: [%s]}
        """
            .formatted(name, node, condition, container),
        Pod.class);
  }
}
