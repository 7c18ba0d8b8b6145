package io.kindnet.controller.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.kindnet.kindnetd.AgentCommandLine;
import io.kindnet.kindnetd.AgentCommandLine.Flag;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The CustomResourceDefinition that the records of this package make, with what the agent's flags
 * say of themselves: descriptions and defaults.
 */
final class GeneratedDefinition {
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .disable(YAMLGenerator.Feature.SPLIT_LINES)
              .build());

  /** What an override cannot say, since it is for all nodes. */
  private static final List<String> NOT_FOR_SOME_NODES =
      List.of("nodeOverrides", "onDelete", "updateStrategy", "imagePullSecrets");

  private static final String RULES = "x-kubernetes-validations";

  private static final String ROOT_RULES =
      """
      [{"rule": "self.metadata.name == 'kindnet'",
        "message": "the one Configuration of a cluster is called kindnet, in kube-system"}]
      """;

  private static final String COLUMNS =
      """
      [{"name": "Image", "type": "string", "jsonPath": ".spec.kindnetdImage"},
       {"name": "Ready", "type": "string", "jsonPath": ".status.conditions[?(@.type=='Ready')].status"},
       {"name": "Progressing", "type": "string", "jsonPath": ".status.conditions[?(@.type=='Progressing')].status"},
       {"name": "Degraded", "type": "string", "jsonPath": ".status.conditions[?(@.type=='Degraded')].status"},
       {"name": "Nodes", "type": "integer", "jsonPath": ".status.nodes.desired"},
       {"name": "Updated", "type": "integer", "jsonPath": ".status.nodes.updated"},
       {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
       {"name": "Message", "type": "string", "priority": 1, "jsonPath": ".status.conditions[?(@.type=='Ready')].message"}]
      """;

  private final Map<String, Flag> flags =
      AgentCommandLine.flags().stream().collect(Collectors.toMap(Flag::name, Function.identity()));
  private final ObjectNode definition;

  GeneratedDefinition() throws IOException {
    definition = YAML.readValue(generated(), ObjectNode.class);
    ObjectNode version = (ObjectNode) definition.at("/spec/versions/0");
    version.set("additionalPrinterColumns", YAML.readTree(COLUMNS));
    ObjectNode schema = (ObjectNode) version.at("/schema/openAPIV3Schema");
    schema.put("description", "How kindnet runs on the nodes of a cluster.");
    schema.set(RULES, YAML.readTree(ROOT_RULES));
    schema.withArray("required").add("spec");
    ObjectNode spec = (ObjectNode) schema.at("/properties/spec");
    describe(spec, ConfigurationSpec.class);
    override(spec);
    ObjectNode conditions = (ObjectNode) schema.at("/properties/status/properties/conditions");
    conditions
        .put("x-kubernetes-list-type", "map")
        .set("x-kubernetes-list-map-keys", YAML.createArrayNode().add("type"));
    ((ObjectNode) conditions.get("items")).withArray("required").add("type").add("status");
    tidy(definition);
  }

  private static String generated() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new CRDGenerator()
        .customResourceClasses(Configuration.class)
        .forCRDVersions("v1")
        .withOutput(new Memory(bytes))
        .generate();
    return bytes.toString(UTF_8);
  }

  /** From the flag of each field: its description, unless it has one, and its default. */
  private void describe(ObjectNode schema, Class<?> type) throws IOException {
    for (RecordComponent component : type.getRecordComponents()) {
      ObjectNode property = (ObjectNode) schema.at("/properties/" + component.getName());
      AgentFlag annotation = component.getAnnotation(AgentFlag.class);
      if (annotation != null) {
        Flag flag = Objects.requireNonNull(flags.get(annotation.value()), annotation.value());
        if (!property.has("description")) {
          property.put("description", flag.description().replace("comma-separated ", ""));
        }
        if (annotation.defaulted() && !flag.defaultValue().isEmpty()) {
          property.set("default", value(component.getType(), flag, annotation));
        }
      } else if (component.getType().isRecord()) {
        describe(property, component.getType());
      }
    }
  }

  private static JsonNode value(Class<?> type, Flag flag, AgentFlag annotation) throws IOException {
    if (type == Boolean.class) {
      return YAML.getNodeFactory()
          .booleanNode(Boolean.parseBoolean(flag.defaultValue()) != annotation.inverted());
    }
    return type == Integer.class
        ? YAML.readTree(flag.defaultValue())
        : TextNode.valueOf(flag.defaultValue());
  }

  /**
   * An override has the fields of the spec. It has no defaults, which would take the place of what
   * the spec says.
   */
  private static void override(ObjectNode spec) {
    ObjectNode list = (ObjectNode) spec.at("/properties/nodeOverrides");
    list.put("x-kubernetes-list-type", "map")
        .set("x-kubernetes-list-map-keys", YAML.createArrayNode().add("name"));
    ObjectNode settings = (ObjectNode) list.at("/items/properties/settings");
    settings.remove("x-kubernetes-preserve-unknown-fields");
    ObjectNode properties = ((ObjectNode) spec.get("properties")).deepCopy();
    properties.remove(NOT_FOR_SOME_NODES);
    for (String key : List.of("default", "description")) {
      withoutKeyword(properties, key);
    }
    settings.set("properties", properties);
  }

  private static void withoutKeyword(JsonNode node, String keyword) {
    boolean schema = node.path("type").isTextual() || node.has("x-kubernetes-int-or-string");
    if (node instanceof ObjectNode object && schema) {
      object.remove(keyword);
    }
    node.forEach(child -> withoutKeyword(child, keyword));
  }

  /** Whole numbers as such; and what is said of a record's component counts once. */
  private static void tidy(JsonNode node) {
    for (String bound : List.of("maximum", "minimum")) {
      if (node instanceof ObjectNode object && object.path(bound).isNumber()) {
        object.put(bound, object.get(bound).asLong());
      }
    }
    if (node.path(RULES) instanceof ArrayNode rules) {
      Set<JsonNode> distinct = new LinkedHashSet<>();
      rules.forEach(distinct::add);
      rules.removeAll().addAll(distinct);
    }
    node.forEach(GeneratedDefinition::tidy);
  }

  /** As it stands in the manifest. */
  String yaml() throws JsonProcessingException {
    return YAML.writeValueAsString(definition);
  }

  /** The schema of the spec. */
  JsonNode spec() {
    return definition.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");
  }

  private static final class Memory extends CRDGenerator.AbstractCRDOutput<OutputStream> {
    private final ByteArrayOutputStream bytes;

    Memory(ByteArrayOutputStream bytes) {
      this.bytes = bytes;
    }

    @Override
    protected OutputStream createStreamFor(String crdName) {
      return bytes;
    }

    @Override
    public URI crdURI(String crdName) {
      return URI.create("file:///" + crdName);
    }
  }
}
