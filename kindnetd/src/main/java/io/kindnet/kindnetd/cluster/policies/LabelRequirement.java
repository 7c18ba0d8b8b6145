package io.kindnet.kindnetd.cluster.policies;

import io.kindnet.kindnetd.cluster.Labels;
import java.util.List;
import java.util.Optional;

/**
 * One of {@code matchExpressions}.
 *
 * @param values not empty for {@code IN} and {@code NOT_IN}, empty for the others
 */
public record LabelRequirement(String key, Operator operator, List<String> values) {
  /** Copies the list. */
  public LabelRequirement {
    values = List.copyOf(values);
  }

  /** The operators of a LabelSelectorRequirement. */
  public enum Operator {
    /** There is such a label, with one of the values. */
    IN,
    /** There is no such label, or one with another value. */
    NOT_IN,
    /** There is such a label. */
    EXISTS,
    /** There is no such label. */
    DOES_NOT_EXIST
  }

  boolean matches(Labels labels) {
    Optional<String> value = labels.get(key);
    return switch (operator) {
      case IN -> value.isPresent() && values.contains(value.get());
      case NOT_IN -> value.isEmpty() || !values.contains(value.get());
      case EXISTS -> value.isPresent();
      case DOES_NOT_EXIST -> value.isEmpty();
    };
  }
}
