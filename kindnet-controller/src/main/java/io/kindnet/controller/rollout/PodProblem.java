package io.kindnet.controller.rollout;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Why a Pod is not ready.
 *
 * @param stuck whether it does not become ready by itself, as it is
 */
record PodProblem(String text, boolean stuck) {
  /**
   * What the kubelet gives as the reason of a container that waits for somebody to change
   * something.
   */
  private static final Set<String> STUCK =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "CreateContainerConfigError",
          "CreateContainerError",
          "RunContainerError",
          "CrashLoopBackOff");

  private static final int LONGEST = 300;

  /** Of {@code pod}; empty if it is ready. */
  static Optional<PodProblem> of(Pod pod) {
    for (PodCondition condition : conditions(pod)) {
      if (condition.getType().equals("Ready") && condition.getStatus().equals("True")) {
        return Optional.empty();
      }
    }
    for (ContainerStatus container : containers(pod)) {
      @Nullable ContainerState state = container.getState();
      @Nullable ContainerStateWaiting waiting = state == null ? null : state.getWaiting();
      if (waiting != null && waiting.getReason() != null && STUCK.contains(waiting.getReason())) {
        return Optional.of(waiting(container, waiting));
      }
    }
    for (PodCondition condition : conditions(pod)) {
      boolean unscheduled =
          condition.getType().equals("PodScheduled") && condition.getStatus().equals("False");
      if (unscheduled) {
        return Optional.of(
            new PodProblem(shortened("not scheduled: " + condition.getMessage()), false));
      }
    }
    String phase = pod.getStatus() == null ? "Pending" : pod.getStatus().getPhase();
    return Optional.of(
        new PodProblem("Running".equals(phase) ? "its agent is not ready" : "is " + phase, false));
  }

  private static PodProblem waiting(ContainerStatus container, ContainerStateWaiting waiting) {
    StringBuilder text = new StringBuilder();
    text.append("container ").append(container.getName()).append(": ").append(waiting.getReason());
    if (waiting.getMessage() != null) {
      text.append(": ").append(waiting.getMessage());
    }
    @Nullable ContainerState last = container.getLastState();
    @Nullable ContainerStateTerminated ended = last == null ? null : last.getTerminated();
    if (ended != null && ended.getMessage() != null) {
      text.append("; it ended with ").append(ended.getMessage().strip());
    }
    return new PodProblem(shortened(text.toString()), true);
  }

  private static String shortened(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }

  private static List<ContainerStatus> containers(Pod pod) {
    List<ContainerStatus> all = new ArrayList<>();
    if (pod.getStatus() != null) {
      all.addAll(pod.getStatus().getInitContainerStatuses());
      all.addAll(pod.getStatus().getContainerStatuses());
    }
    return all;
  }

  static List<PodCondition> conditions(Pod pod) {
    return pod.getStatus() == null ? List.of() : pod.getStatus().getConditions();
  }

  /** The node that a Pod is on, or that the DaemonSet's controller has made it for. */
  static String node(Pod pod) {
    if (pod.getSpec().getNodeName() != null) {
      return pod.getSpec().getNodeName();
    }
    if (pod.getSpec().getAffinity() == null
        || pod.getSpec().getAffinity().getNodeAffinity() == null
        || pod.getSpec()
                .getAffinity()
                .getNodeAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
            == null) {
      return "";
    }
    for (NodeSelectorTerm term :
        pod.getSpec()
            .getAffinity()
            .getNodeAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .getNodeSelectorTerms()) {
      for (NodeSelectorRequirement field : term.getMatchFields()) {
        if (field.getKey().equals("metadata.name") && !field.getValues().isEmpty()) {
          return field.getValues().getFirst();
        }
      }
    }
    return "";
  }
}
