package io.kindnet.measuring;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The middle and the ends of what was measured again and again. */
public record Spread(double median, double least, double most, int count) {
  /**
   * The spread of {@code values}.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("nothing was measured");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
  }

  /** The spread of one {@code figure} of what was measured. */
  public static <T> Spread of(List<T> measured, ToDoubleFunction<T> figure) {
    return of(measured.stream().mapToDouble(figure).toArray());
  }

  /** {@code 71.3 (69.0–80.2)}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.1f (%.1f–%.1f)", median, least, most);
  }
}
