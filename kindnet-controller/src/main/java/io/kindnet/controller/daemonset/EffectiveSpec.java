package io.kindnet.controller.daemonset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kindnet.controller.api.ConfigurationSpec;
import io.kindnet.controller.api.NodeOverride;
import java.util.Map.Entry;

/** A spec with the values of an override in it. */
final class EffectiveSpec {
  private EffectiveSpec() {}

  /**
   * Objects are merged field by field; anything else of {@code override} takes the place of what is
   * there.
   */
  static ConfigurationSpec of(
      ConfigurationSpec spec, NodeOverride override, KubernetesSerialization serialization) {
    ObjectNode merged = serialization.convertValue(spec, ObjectNode.class);
    merge(merged, override.settings());
    return serialization.convertValue(merged, ConfigurationSpec.class);
  }

  private static void merge(ObjectNode into, ObjectNode from) {
    for (Entry<String, JsonNode> field : from.properties()) {
      if (field.getValue() instanceof ObjectNode object
          && into.get(field.getKey()) instanceof ObjectNode present) {
        merge(present, object);
      } else {
        into.set(field.getKey(), field.getValue());
      }
    }
  }
}
