package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.policies.LabelRequirement;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Selectors as people write them, with {@code kubectl -l} for one. Two with the same text select
 * the same, so that the text also is the identity of what is selected.
 */
final class SelectorText {
  private SelectorText() {}

  static String of(PodSelector selector) {
    String pods = selector.pods().selectsEverything() ? "all" : of(selector.pods());
    if (selector.namespace().isPresent()) {
      return pods + " in " + selector.namespace().get();
    }
    return selector.namespaces().selectsEverything()
        ? pods + " in every namespace"
        : pods + " in namespaces " + of(selector.namespaces());
  }

  static String of(LabelSelector selector) {
    List<String> parts = new ArrayList<>();
    new TreeMap<>(selector.matchLabels()).forEach((key, value) -> parts.add(key + "=" + value));
    TreeSet<String> expressions = new TreeSet<>();
    for (LabelRequirement requirement : selector.matchExpressions()) {
      expressions.add(of(requirement));
    }
    parts.addAll(expressions);
    return String.join(",", parts);
  }

  private static String of(LabelRequirement requirement) {
    String values = "(" + String.join(" ", new TreeSet<>(requirement.values())) + ")";
    return switch (requirement.operator()) {
      case IN -> requirement.key() + " in " + values;
      case NOT_IN -> requirement.key() + " notin " + values;
      case EXISTS -> requirement.key();
      case DOES_NOT_EXIST -> "!" + requirement.key();
    };
  }
}
