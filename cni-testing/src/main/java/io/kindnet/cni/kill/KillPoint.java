package io.kindnet.cni.kill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A moment in the life of a process that serves calls.
 *
 * @param step right after the step of this name, or {@link #ANY}
 * @param time of the times that its calls do it, counted from 1
 */
public record KillPoint(String step, int time) {
  /** Any step. */
  public static final String ANY = "ANY";

  /** All moments of a call that does {@code steps}. */
  public static List<KillPoint> allOf(List<? extends Enum<?>> steps) {
    List<KillPoint> points = new ArrayList<>();
    Map<String, Integer> times = new HashMap<>();
    for (Enum<?> step : steps) {
      points.add(new KillPoint(step.name(), times.merge(step.name(), 1, Integer::sum)));
    }
    return points;
  }

  /** Whether it is one of the moments right after {@code done}. */
  public boolean isAt(Enum<?> done) {
    return step.equals(ANY) || step.equals(done.name());
  }
}
