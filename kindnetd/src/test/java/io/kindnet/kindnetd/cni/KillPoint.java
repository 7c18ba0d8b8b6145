package io.kindnet.kindnetd.cni;

import io.kindnet.cni.steps.Step;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A moment of the agent's life.
 *
 * @param step right after this step, or {@link #ANY}
 * @param time of the times that its calls do it, counted from 1
 */
record KillPoint(String step, int time) {
  /** Any step. */
  static final String ANY = "ANY";

  /** All moments of a call that does {@code steps}. */
  static List<KillPoint> allOf(List<Step> steps) {
    List<KillPoint> points = new ArrayList<>();
    Map<Step, Integer> times = new EnumMap<>(Step.class);
    for (Step step : steps) {
      points.add(new KillPoint(step.name(), times.merge(step, 1, Integer::sum)));
    }
    return points;
  }
}
