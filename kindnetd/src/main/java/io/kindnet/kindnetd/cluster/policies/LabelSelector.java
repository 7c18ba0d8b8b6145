package io.kindnet.kindnetd.cluster.policies;

import io.kindnet.kindnetd.cluster.Labels;
import java.util.List;
import java.util.Map;

/**
 * Selects objects by their labels ({@code LabelSelector} of k8s.io/apimachinery/meta/v1); one
 * without requirements selects all.
 *
 * @param matchLabels labels that have to be there with this value
 * @param matchExpressions further requirements, all of which have to be met
 */
public record LabelSelector(
    Map<String, String> matchLabels, List<LabelRequirement> matchExpressions) {
  /** Selects everything. */
  public static final LabelSelector EVERYTHING = new LabelSelector(Map.of(), List.of());

  /** Copies map and list. */
  public LabelSelector {
    matchLabels = Map.copyOf(matchLabels);
    matchExpressions = List.copyOf(matchExpressions);
  }

  /** Whether an object with {@code labels} is selected. */
  public boolean matches(Labels labels) {
    for (Map.Entry<String, String> wanted : matchLabels.entrySet()) {
      if (!labels.get(wanted.getKey()).filter(wanted.getValue()::equals).isPresent()) {
        return false;
      }
    }
    for (LabelRequirement requirement : matchExpressions) {
      if (!requirement.matches(labels)) {
        return false;
      }
    }
    return true;
  }

  /** Whether it selects whatever there is. */
  public boolean selectsEverything() {
    return matchLabels.isEmpty() && matchExpressions.isEmpty();
  }
}
