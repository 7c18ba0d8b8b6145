package io.kindnet.controller.rollout;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.kindnet.controller.api.ConfigurationStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The conditions of a status: each keeps its time while it says the same. */
public final class Conditions {
  private final List<Condition> before;
  private final @Nullable Long generation;
  private final String now;
  private final List<Condition> conditions = new ArrayList<>();

  public Conditions(@Nullable ConfigurationStatus before, @Nullable Long generation, Instant now) {
    this.before = before == null || before.conditions() == null ? List.of() : before.conditions();
    this.generation = generation;
    this.now = now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** A condition, in one word why, and for people. */
  public void set(String type, boolean holds, String reason, String message) {
    set(type, holds ? "True" : "False", reason, message);
  }

  /** A condition of which nothing is known at present. */
  public void setUnknown(String type, String reason, String message) {
    set(type, "Unknown", reason, message);
  }

  private void set(String type, String status, String reason, String message) {
    String since = now;
    for (Condition earlier : before) {
      boolean same = type.equals(earlier.getType()) && status.equals(earlier.getStatus());
      if (same && earlier.getLastTransitionTime() != null) {
        since = earlier.getLastTransitionTime();
      }
    }
    conditions.add(
        new ConditionBuilder()
            .withType(type)
            .withStatus(status)
            .withReason(reason)
            .withMessage(message)
            .withLastTransitionTime(since)
            .withObservedGeneration(generation)
            .build());
  }

  /** All of them. */
  public List<Condition> list() {
    return List.copyOf(conditions);
  }
}
