package io.kindnet.cni.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@code nft -j list ruleset} shows of the plugin's table: elements, and numbers of rules. */
final class NftLines {
  private static final String TABLE = "cni-kindnet";

  private NftLines() {}

  static List<String> of(JsonNode ruleset) {
    List<String> lines = new ArrayList<>();
    Map<String, Integer> rules = new TreeMap<>();
    for (JsonNode entry : ruleset) {
      JsonNode rule = entry.path("rule");
      if (rule.path("table").asText().equals(TABLE)) {
        rules.merge(rule.path("chain").asText(), 1, Integer::sum);
      }
      for (String kind : List.of("set", "map")) {
        JsonNode set = entry.path(kind);
        if (set.path("table").asText().equals(TABLE)) {
          for (JsonNode element : set.path("elem")) {
            lines.add(Lines.element(set.path("name").asText() + " " + text(element)));
          }
        }
      }
    }
    rules.forEach((chain, count) -> lines.add(Lines.rules(chain, count)));
    return lines;
  }

  /** A key, or a pair of key and value. */
  private static String text(JsonNode element) {
    return element.isArray()
        ? concatenation(element.path(0)) + " : " + concatenation(element.path(1))
        : concatenation(element);
  }

  private static String concatenation(JsonNode value) {
    List<String> parts = new ArrayList<>();
    for (JsonNode part : value.path("concat")) {
      parts.add(field(part));
    }
    return String.join(" . ", parts);
  }

  private static String field(JsonNode part) {
    JsonNode prefix = part.path("prefix");
    if (!prefix.isMissingNode()) {
      return prefix.path("addr").asText() + "/" + prefix.path("len").asInt();
    }
    JsonNode range = part.path("range");
    return range.isMissingNode()
        ? part.asText()
        : range.path(0).asText() + "-" + range.path(1).asText();
  }
}
