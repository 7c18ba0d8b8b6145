package io.kindnet.controller.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/** The fields of the spec for people: what each means, its default, and the agent's flag. */
final class FieldTable {
  private final StringBuilder rows =
      new StringBuilder("| field | what it is | default | flag of kindnetd |\n|---|---|---|---|\n");

  FieldTable(JsonNode spec) {
    add("", spec, ConfigurationSpec.class);
  }

  private void add(String prefix, JsonNode schema, Class<?> type) {
    for (RecordComponent component : type.getRecordComponents()) {
      JsonNode property = schema.at("/properties/" + component.getName());
      if (component.getType().isRecord()) {
        add(prefix + component.getName() + ".", property, component.getType());
      } else {
        add(prefix, component, property);
      }
    }
  }

  private void add(String prefix, RecordComponent component, JsonNode property) {
    rows.append("| `").append(prefix).append(component.getName()).append("` | ");
    rows.append(property.path("description").asText().replace("|", "\\|"));
    rows.append(" | ");
    if (property.has("default")) {
      rows.append('`').append(property.get("default").asText()).append('`');
    }
    rows.append(" | ").append(flag(component)).append(" |\n");
  }

  private static String flag(RecordComponent component) {
    @Nullable AgentFlag flag = component.getAnnotation(AgentFlag.class);
    @Nullable AgentVariable variable = component.getAnnotation(AgentVariable.class);
    if (flag != null) {
      String name = (flag.value().length() == 1 ? "-" : "--") + flag.value();
      return "`" + name + "`" + (flag.inverted() ? ", the opposite" : "");
    }
    return variable == null ? "" : "`$" + variable.value() + "`";
  }

  /** As a table in Markdown. */
  String markdown() {
    return rows.toString();
  }
}
