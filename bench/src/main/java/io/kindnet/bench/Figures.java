package io.kindnet.bench;

import io.kindnet.measuring.Spread;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One figure of several candidates, which take turns in rounds. */
final class Figures<C> {
  private final Map<C, List<Double>> rounds = new HashMap<>();

  /** What a candidate has taken in the next of its rounds. */
  void add(C candidate, double figure) {
    rounds.computeIfAbsent(candidate, first -> new ArrayList<>()).add(figure);
  }

  Spread spread(C candidate) {
    return Spread.of(of(candidate), figure -> figure);
  }

  /** The median of the ratios of a candidate's figure to that of another, round by round. */
  double ratio(C candidate, C other) {
    double[] ratios = new double[of(candidate).size()];
    for (int round = 0; round < ratios.length; round++) {
      ratios[round] = of(candidate).get(round) / of(other).get(round);
    }
    return Spread.of(ratios).median();
  }

  private List<Double> of(C candidate) {
    return rounds.getOrDefault(candidate, List.of());
  }
}
