package io.kindnet.kindnetd.cluster.policies;

import io.kindnet.kindnetd.cluster.policies.LabelRequirement.Operator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a LabelSelector of k8s.io/apimachinery/meta/v1; an absent one selects everything. */
final class LabelSelectorReader {
  private static final String MATCH_LABELS = "matchLabels";
  private static final String MATCH_EXPRESSIONS = "matchExpressions";
  private static final Set<String> FIELDS = Set.of(MATCH_LABELS, MATCH_EXPRESSIONS);
  private static final Set<String> REQUIREMENT_FIELDS = Set.of("key", "operator", "values");
  private static final Map<String, Operator> OPERATORS =
      Map.of(
          "In", Operator.IN,
          "NotIn", Operator.NOT_IN,
          "Exists", Operator.EXISTS,
          "DoesNotExist", Operator.DOES_NOT_EXIST);

  private LabelSelectorReader() {}

  /**
   * A selector with those requirements that can be read.
   *
   * @param selector selects at least all that it is meant to select
   * @param problem the first requirement that is left out, if any
   */
  record ReadablePart(LabelSelector selector, Optional<String> problem) {}

  /** Reads a selector as a whole. */
  static LabelSelector read(JsonField field) throws UnreadableFieldException {
    field.object(FIELDS);
    Map<String, String> labels = field.get(MATCH_LABELS).texts();
    List<LabelRequirement> expressions = new ArrayList<>();
    for (JsonField expression : field.get(MATCH_EXPRESSIONS).elements()) {
      expressions.add(requirement(expression));
    }
    return labels.isEmpty() && expressions.isEmpty()
        ? LabelSelector.EVERYTHING
        : new LabelSelector(labels, expressions);
  }

  /** Reads as much of a selector as can be read; what is left out only limits it. */
  static ReadablePart readable(JsonField field) {
    Map<String, String> labels = new HashMap<>();
    List<LabelRequirement> expressions = new ArrayList<>();
    try {
      return new ReadablePart(read(field), Optional.empty());
    } catch (UnreadableFieldException problem) {
      for (String name : field.get(MATCH_LABELS).names()) {
        JsonField value = field.get(MATCH_LABELS).get(name);
        if (value.node().isTextual()) {
          labels.put(name, value.node().textValue());
        }
      }
      int count = field.get(MATCH_EXPRESSIONS).node().size();
      for (int i = 0; i < count; i++) {
        try {
          expressions.add(
              requirement(new JsonField(field.get(MATCH_EXPRESSIONS).node().path(i), "")));
        } catch (UnreadableFieldException leftOut) {
          // the first of them has been named
        }
      }
      return new ReadablePart(new LabelSelector(labels, expressions), Optional.of(problem.text()));
    }
  }

  private static LabelRequirement requirement(JsonField field) throws UnreadableFieldException {
    field.object(REQUIREMENT_FIELDS);
    String key = field.get("key").text();
    if (key.isEmpty()) {
      throw field.get("key").problem("is missing");
    }
    String name = field.get("operator").text();
    Operator operator = OPERATORS.get(name);
    if (operator == null) {
      throw field.get("operator").unknown(name);
    }
    List<String> values = new ArrayList<>();
    for (JsonField value : field.get("values").elements()) {
      values.add(value.text());
    }
    boolean needsValues = operator == Operator.IN || operator == Operator.NOT_IN;
    if (needsValues == values.isEmpty()) {
      throw field
          .get("values")
          .problem(needsValues ? "is empty" : "is not empty, with operator " + name);
    }
    return new LabelRequirement(key, operator, values);
  }
}
