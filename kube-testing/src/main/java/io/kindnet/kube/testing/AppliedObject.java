package io.kindnet.kube.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Map.Entry;
import java.util.Optional;

/**
 * What server-side apply makes of an object: fields that are named change, others stay, and items
 * of lists with names are told apart by them. Knows no owners, so that nothing is ever removed.
 */
final class AppliedObject {
  /** The content type of such a request, whose body is YAML or JSON. */
  static final String TYPE = "application/apply-patch+yaml";

  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();
  private static final String NAME = "name";

  private AppliedObject() {}

  static ObjectNode of(String body) {
    return SERIALIZATION.unmarshal(body, ObjectNode.class);
  }

  /** {@code present} with what {@code body} names; empty if that changes nothing. */
  static Optional<String> merge(String present, String body) {
    ObjectNode merged = of(present);
    merge(merged, of(body));
    return merged.equals(of(present)) ? Optional.empty() : Optional.of(merged.toString());
  }

  private static void merge(ObjectNode into, ObjectNode from) {
    for (Entry<String, JsonNode> field : from.properties()) {
      JsonNode present = into.path(field.getKey());
      if (present instanceof ObjectNode object && field.getValue() instanceof ObjectNode named) {
        merge(object, named);
      } else if (present instanceof ArrayNode items
          && field.getValue() instanceof ArrayNode named
          && named.path(0).has(NAME)) {
        merge(items, named);
      } else {
        into.set(field.getKey(), field.getValue());
      }
    }
  }

  private static void merge(ArrayNode into, ArrayNode from) {
    for (JsonNode item : from) {
      Optional<ObjectNode> present = Optional.empty();
      for (JsonNode candidate : into) {
        if (candidate.path(NAME).equals(item.path(NAME))
            && candidate instanceof ObjectNode object) {
          present = Optional.of(object);
        }
      }
      if (present.isPresent() && item instanceof ObjectNode named) {
        merge(present.get(), named);
      } else {
        into.add(item);
      }
    }
  }
}
