package io.kindnet.controller.rollout;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What counts of an agent's Pod.
 *
 * @param node that it is on, or is to be on; empty if that is not known
 * @param image of the agent
 * @param reason why it is not ready, as far as the kubelet or the scheduler say; empty if it is
 *     ready
 * @param stuck whether it does not become ready by itself, as it is
 * @param since when it became unready, or was made
 */
public record AgentPod(
    String name, String node, String image, String reason, boolean stuck, Instant since) {

  /** Takes them from a Pod. */
  public static AgentPod of(Pod pod) {
    Optional<PodProblem> problem = PodProblem.of(pod);
    return new AgentPod(
        pod.getMetadata().getName(),
        PodProblem.node(pod),
        image(pod),
        problem.map(PodProblem::text).orElse(""),
        problem.map(PodProblem::stuck).orElse(false),
        since(pod));
  }

  /** Whether its agent says so. */
  boolean ready() {
    return reason.isEmpty();
  }

  /** Whether it is not to be waited for any more. */
  boolean failed(Duration deadline, Instant now) {
    return !ready() && (stuck || since.plus(deadline).isBefore(now));
  }

  private static String image(Pod pod) {
    return pod.getSpec().getContainers().stream().map(Container::getImage).findFirst().orElse("");
  }

  private static Instant since(Pod pod) {
    @Nullable String time = pod.getMetadata().getCreationTimestamp();
    for (PodCondition condition : PodProblem.conditions(pod)) {
      if (condition.getType().equals("Ready") && condition.getLastTransitionTime() != null) {
        time = condition.getLastTransitionTime();
      }
    }
    return time == null ? Instant.EPOCH : Instant.parse(time);
  }
}
