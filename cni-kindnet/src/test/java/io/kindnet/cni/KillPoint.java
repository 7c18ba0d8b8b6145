package io.kindnet.cni;

import io.kindnet.cni.steps.Step;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A moment of a call.
 *
 * @param step right after this step
 * @param time of the times that the call does it, counted from 1
 */
record KillPoint(Step step, int time) {
  /** All moments of a call that does {@code steps}. */
  static List<KillPoint> allOf(List<Step> steps) {
    List<KillPoint> points = new ArrayList<>();
    Map<Step, Integer> times = new EnumMap<>(Step.class);
    for (Step step : steps) {
      points.add(new KillPoint(step, times.merge(step, 1, Integer::sum)));
    }
    return points;
  }
}
