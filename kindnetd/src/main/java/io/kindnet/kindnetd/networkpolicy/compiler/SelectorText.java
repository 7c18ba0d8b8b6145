package io.kindnet.kindnetd.networkpolicy.compiler;

import io.kindnet.kindnetd.cluster.policies.LabelRequirement;
import io.kindnet.kindnetd.cluster.policies.LabelSelector;
import io.kindnet.kindnetd.cluster.policies.PodSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Selectors as people write them, with {@code kubectl -l} for one. Two with the same text select
 * the same, so that the text also is the identity of what is selected.
 */
final class SelectorText {
  private static final String EVERYTHING = "all";

  /** What keys and values of labels consist of; a selector may look for anything. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._/-]*");

  private SelectorText() {}

  static String of(PodSelector selector) {
    String pods = selector.pods().selectsEverything() ? EVERYTHING : of(selector.pods());
    if (selector.namespace().isPresent()) {
      return pods + " in " + selector.namespace().get();
    }
    return selector.namespaces().selectsEverything()
        ? pods + " in every namespace"
        : pods + " in namespaces " + of(selector.namespaces());
  }

  static String of(LabelSelector selector) {
    List<String> parts = new ArrayList<>();
    new TreeMap<>(selector.matchLabels())
        .forEach((key, value) -> parts.add(text(key) + "=" + text(value)));
    TreeSet<String> expressions = new TreeSet<>();
    for (LabelRequirement requirement : selector.matchExpressions()) {
      expressions.add(of(requirement));
    }
    parts.addAll(expressions);
    return String.join(",", parts);
  }

  private static String of(LabelRequirement requirement) {
    TreeSet<String> sorted = new TreeSet<>();
    requirement.values().forEach(value -> sorted.add(text(value)));
    String key = text(requirement.key());
    String values = "(" + String.join(" ", sorted) + ")";
    return switch (requirement.operator()) {
      case IN -> key + " in " + values;
      case NOT_IN -> key + " notin " + values;
      case EXISTS -> key;
      case DOES_NOT_EXIST -> "!" + key;
    };
  }

  /** In quotes where it could be taken for something else. */
  private static String text(String keyOrValue) {
    return PLAIN.matcher(keyOrValue).matches() && !keyOrValue.equals(EVERYTHING)
        ? keyOrValue
        : "\"" + keyOrValue.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
