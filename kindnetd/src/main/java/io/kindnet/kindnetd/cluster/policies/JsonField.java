package io.kindnet.kindnetd.cluster.policies;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.kindnetd.kube.ApiAddresses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A field of an object of the API server, which knows its place in it. {@code null} is the same as
 * a field that is not there, as in the API's own types.
 *
 * @param path such as {@code spec.ingress[0].from[1]}
 */
record JsonField(JsonNode node, String path) {
  /** Whether there is nothing. */
  boolean isAbsent() {
    return node.isMissingNode() || node.isNull();
  }

  /** The field of this name in this object. */
  JsonField get(String name) {
    return new JsonField(node.path(name), path.isEmpty() ? name : path + "." + name);
  }

  /**
   * This, being an object with no other fields than these: one that is not known may limit what is
   * meant.
   */
  JsonField object(Set<String> known) throws UnreadableFieldException {
    if (!isAbsent()) {
      object();
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        if (!known.contains(field.getKey()) && !field.getValue().isNull()) {
          throw get(ApiAddresses.printable(field.getKey())).problem("is not a known field");
        }
      }
    }
    return this;
  }

  /** This, being an object with whatever fields. */
  JsonField object() throws UnreadableFieldException {
    if (!isAbsent() && !node.isObject()) {
      throw problem("is not an object");
    }
    return this;
  }

  /** The names of the fields that are there. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getValue().isNull()) {
        names.add(field.getKey());
      }
    }
    return names;
  }

  /** The elements of this list; none if it is absent. */
  List<JsonField> elements() throws UnreadableFieldException {
    if (!isAbsent() && !node.isArray()) {
      throw problem("is not a list");
    }
    List<JsonField> elements = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      JsonField element = new JsonField(node.path(i), path + "[" + i + "]");
      if (element.isAbsent()) {
        throw element.problem("is null");
      }
      elements.add(element);
    }
    return elements;
  }

  /** The text; empty if it is absent. */
  String text() throws UnreadableFieldException {
    if (!isAbsent() && !node.isTextual()) {
      throw problem("is not a text");
    }
    return isAbsent() ? "" : node.textValue();
  }

  /** The whole number, which has to be there and within these bounds. */
  int number(int least, int most) throws UnreadableFieldException {
    if (!node.isIntegralNumber()) {
      throw problem(isAbsent() ? "is missing" : "is not a whole number");
    }
    if (!node.canConvertToInt() || node.intValue() < least || node.intValue() > most) {
      throw problem(node.asText() + " is not between " + least + " and " + most);
    }
    return node.intValue();
  }

  /** The texts by their names; none if it is absent. */
  Map<String, String> texts() throws UnreadableFieldException {
    Map<String, String> texts = new LinkedHashMap<>();
    object();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      texts.put(field.getKey(), get(field.getKey()).text());
    }
    return texts;
  }

  /** What is wrong with this field. */
  UnreadableFieldException problem(String reason) {
    return new UnreadableFieldException(path, reason);
  }

  /** What is wrong with this field, which has a value that is none of those that are known. */
  UnreadableFieldException unknown(String value) {
    return problem("'" + ApiAddresses.printable(value) + "' is not known");
  }
}
