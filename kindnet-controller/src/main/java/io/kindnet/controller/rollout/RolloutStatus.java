package io.kindnet.controller.rollout;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.kindnet.controller.api.ConfigurationStatus;
import io.kindnet.controller.api.FailedNode;
import io.kindnet.controller.api.NodeCounts;
import io.kindnet.controller.api.VersionCount;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far the agents are, from the DaemonSets as their controller sees them and from their Pods.
 *
 * @param observed whether the DaemonSets' controller has seen what they are now
 */
public record RolloutStatus(
    boolean observed, NodeCounts nodes, List<VersionCount> versions, List<FailedNode> failed) {
  private static final int NAMED = 10;

  /**
   * @param deadline how long an agent may take to become ready
   */
  public static RolloutStatus of(
      List<DaemonSet> daemonSets, List<AgentPod> pods, Duration deadline, Instant now) {
    boolean observed = true;
    int desired = 0;
    int updated = 0;
    int ready = 0;
    int available = 0;
    for (DaemonSet daemonSet : daemonSets) {
      @Nullable DaemonSetStatus status = daemonSet.getStatus();
      observed &= observed(daemonSet, status);
      if (status != null) {
        desired += number(status.getDesiredNumberScheduled());
        updated += number(status.getUpdatedNumberScheduled());
        ready += number(status.getNumberReady());
        available += number(status.getNumberAvailable());
      }
    }
    return new RolloutStatus(
        observed,
        new NodeCounts(desired, updated, ready, Math.max(0, desired - available)),
        versions(pods),
        failed(pods, deadline, now));
  }

  private static boolean observed(DaemonSet daemonSet, @Nullable DaemonSetStatus status) {
    @Nullable Long generation = daemonSet.getMetadata().getGeneration();
    if (status == null || status.getObservedGeneration() == null) {
      return false;
    }
    return generation == null || status.getObservedGeneration() >= generation;
  }

  private static int number(@Nullable Integer number) {
    return number == null ? 0 : number;
  }

  private static List<VersionCount> versions(List<AgentPod> pods) {
    Map<String, VersionCount> versions = new TreeMap<>();
    for (AgentPod pod : pods) {
      versions.merge(
          pod.image(),
          new VersionCount(pod.image(), 1, pod.ready() ? 1 : 0),
          (one, other) ->
              new VersionCount(
                  one.image(), one.nodes() + other.nodes(), one.ready() + other.ready()));
    }
    return List.copyOf(versions.values());
  }

  private static List<FailedNode> failed(List<AgentPod> pods, Duration deadline, Instant now) {
    return pods.stream()
        .filter(pod -> pod.failed(deadline, now))
        .map(pod -> new FailedNode(pod.node(), pod.name(), pod.reason()))
        .sorted(Comparator.comparing(FailedNode::node))
        .toList();
  }

  /** Whether every node has what it is to have. */
  public boolean complete() {
    return observed && nodes.updated() == nodes.desired() && nodes.unavailable() == 0;
  }

  /** Whether what holds is worth a look before anything else changes. */
  public boolean settled() {
    return complete() && failed.isEmpty();
  }

  /** The status of a Configuration of this generation. */
  public ConfigurationStatus status(
      @Nullable ConfigurationStatus before, @Nullable Long generation, Instant now) {
    Conditions conditions = new Conditions(before, generation, now);
    String numbers =
        nodes.updated()
            + " of "
            + nodes.desired()
            + " nodes are updated, "
            + nodes.ready()
            + " ready";
    if (complete()) {
      conditions.set("Ready", true, "AllNodesReady", nodes.desired() + " nodes are ready");
      conditions.set("Progressing", false, "RolloutComplete", numbers);
    } else if (failed.isEmpty()) {
      conditions.set("Ready", false, "RolloutInProgress", numbers);
      conditions.set("Progressing", true, "RolloutInProgress", numbers);
    } else {
      boolean stopped = nodes.updated() < nodes.desired();
      String reason = stopped ? "RolloutStopped" : "AgentsNotReady";
      conditions.set("Ready", false, reason, numbers);
      conditions.set("Progressing", false, reason, numbers);
    }
    if (failed.isEmpty()) {
      conditions.set("Degraded", false, "AsExpected", "");
    } else {
      boolean stopped = nodes.updated() < nodes.desired();
      conditions.set("Degraded", true, stopped ? "RolloutStopped" : "AgentsNotReady", names());
    }
    return new ConfigurationStatus(
        generation,
        conditions.list(),
        nodes,
        versions,
        failed.subList(0, Math.min(NAMED, failed.size())));
  }

  /** Of a Configuration that no agent would start with: the agents stay as they are. */
  public ConfigurationStatus invalid(
      @Nullable ConfigurationStatus before,
      @Nullable Long generation,
      String problem,
      Instant now) {
    Conditions conditions = new Conditions(before, generation, now);
    String reason = "InvalidConfiguration";
    conditions.set("Ready", false, reason, "the agents stay as they are: " + problem);
    conditions.set("Progressing", false, reason, problem);
    conditions.set("Degraded", true, reason, problem);
    return new ConfigurationStatus(
        generation,
        conditions.list(),
        nodes,
        versions,
        failed.subList(0, Math.min(NAMED, failed.size())));
  }

  /**
   * Of a Configuration that the cluster could not be compared with: what was known of nodes may no
   * longer hold.
   *
   * @param problem what the API server said
   */
  public static ConfigurationStatus unknown(
      @Nullable ConfigurationStatus before,
      @Nullable Long generation,
      String problem,
      Instant now) {
    Conditions conditions = new Conditions(before, generation, now);
    String reason = "ReconcileFailed";
    conditions.setUnknown("Ready", reason, problem);
    conditions.setUnknown("Progressing", reason, problem);
    conditions.set("Degraded", true, reason, problem);
    return new ConfigurationStatus(
        generation,
        conditions.list(),
        before == null ? null : before.nodes(),
        before == null ? null : before.versions(),
        before == null ? null : before.failedNodes());
  }

  private String names() {
    FailedNode first = failed.getFirst();
    String more = failed.size() == 1 ? "" : ", and " + (failed.size() - 1) + " more";
    return "node " + first.node() + ": Pod " + first.pod() + ": " + first.message() + more;
  }
}
