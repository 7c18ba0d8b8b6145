package io.kindnet.kube.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Map.Entry;

/**
 * Writes Nodes, Pods, Namespaces, lists and events of them, and Status as the API server does where
 * protobuf is asked for. Has the fields that tests are about; others are left out.
 */
public final class ApiProtobuf {
  /** What to ask for, and the type of what is answered. */
  public static final String TYPE = "application/vnd.kubernetes.protobuf";

  /** The numbers of k8s.io/api/core/v1 and k8s.io/apimachinery; what is no message is a text. */
  private static final String MESSAGES =
      """
      Unknown typeMeta 1 TypeMeta, raw 2 bytes
      TypeMeta apiVersion 1, kind 2
      WatchEvent type 1, object 2 RawExtension
      RawExtension raw 1 bytes
      NodeList metadata 1 ListMeta, items 2 Node
      ListMeta resourceVersion 2, continue 3
      Status metadata 1 ListMeta, status 2, message 3, reason 4, code 6 int
      Node metadata 1 ObjectMeta, spec 2 NodeSpec, status 3 NodeStatus
      ObjectMeta name 1, namespace 3, uid 5, resourceVersion 6, creationTimestamp 8 Time, labels 11 map, annotations 12 map
      NodeSpec podCIDR 1, providerID 3, unschedulable 4 bool, podCIDRs 7
      NodeStatus phase 3, conditions 4 NodeCondition, addresses 5 NodeAddress
      NodeCondition type 1, status 2, lastHeartbeatTime 3 Time, lastTransitionTime 4 Time, reason 5, message 6
      NodeAddress type 1, address 2
      NamespaceList metadata 1 ListMeta, items 2 Namespace
      Namespace metadata 1 ObjectMeta
      PodList metadata 1 ListMeta, items 2 Pod
      Pod metadata 1 ObjectMeta, spec 2 PodSpec, status 3 PodStatus
      PodSpec restartPolicy 3, containers 2 Container, nodeName 10, hostNetwork 11 bool, initContainers 20 Container
      Container name 1, image 2, ports 6 ContainerPort, restartPolicy 24
      ContainerPort name 1, hostPort 2 int, containerPort 3 int, protocol 4
      PodStatus phase 1, conditions 2 NodeCondition, podIP 6, podIPs 12 PodIP
      PodIP ip 1
      Entry key 1, value 2
      """;

  private static final Map<String, Map<String, Field>> FIELDS = fields();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ApiProtobuf() {}

  private record Field(int number, String type) {}

  private static Map<String, Map<String, Field>> fields() {
    Map<String, Map<String, Field>> messages = new HashMap<>();
    for (String line : MESSAGES.lines().toList()) {
      int space = line.indexOf(' ');
      Map<String, Field> message = new LinkedHashMap<>(); // written in this order
      for (String field : line.substring(space + 1).split(", ", -1)) {
        String[] words = field.split(" ", -1);
        String type = words.length > 2 ? words[2] : "text";
        message.put(words[0], new Field(Integer.parseInt(words[1]), type));
      }
      messages.put(line.substring(0, space), message);
    }
    return messages;
  }

  /**
   * An object in its envelope.
   *
   * @param json an object of a kind that is known; what has items is a list of the kind of the
   *     first, what does not say its kind a Node
   */
  public static byte[] object(String json) {
    return object(parse(json));
  }

  private static byte[] object(JsonNode object) {
    String kind =
        object.has("items")
            ? object.path("items").path(0).path("kind").asText("Node") + "List"
            : object.path("kind").asText("Node");
    JsonNode unknown =
        MAPPER
            .createObjectNode()
            .put("raw", message(kind, object))
            .set("typeMeta", MAPPER.createObjectNode().put("apiVersion", "v1").put("kind", kind));
    byte[] envelope = message("Unknown", unknown);
    return ByteBuffer.allocate(4 + envelope.length)
        .put(new byte[] {'k', '8', 's', 0})
        .put(envelope)
        .array();
  }

  /**
   * An event of a watch, with its length before it.
   *
   * @param json with {@code type} and {@code object}
   */
  public static byte[] event(String json) {
    JsonNode event = parse(json);
    JsonNode extension = MAPPER.createObjectNode().put("raw", object(event.path("object")));
    JsonNode whole =
        MAPPER.createObjectNode().put("type", event.path("type").asText()).set("object", extension);
    byte[] bytes = message("WatchEvent", whole);
    return ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array();
  }

  private static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(json + ": " + malformed.getMessage(), malformed);
    }
  }

  private static byte[] message(String type, JsonNode json) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      for (Entry<String, Field> named : FIELDS.getOrDefault(type, Map.of()).entrySet()) {
        JsonNode value = json.path(named.getKey());
        if (value.isArray()) {
          for (JsonNode element : value) {
            write(out, named.getValue(), element);
          }
        } else if (!value.isMissingNode() && !value.isNull()) {
          write(out, named.getValue(), value);
        }
      }
      out.flush();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static void write(CodedOutputStream out, Field field, JsonNode value) throws IOException {
    switch (field.type()) {
      case "text" -> out.writeString(field.number(), value.asText());
      case "bytes" -> out.writeBytes(field.number(), ByteString.copyFrom(value.binaryValue()));
      case "int" -> out.writeInt32(field.number(), value.asInt());
      case "bool" -> out.writeBool(field.number(), value.asBoolean());
      case "map" -> {
        for (Entry<String, JsonNode> entry : value.properties()) {
          JsonNode pair =
              MAPPER.createObjectNode().put("key", entry.getKey()).set("value", entry.getValue());
          out.writeByteArray(field.number(), message("Entry", pair));
        }
      }
      case "Time" -> out.writeByteArray(field.number(), time(Instant.parse(value.asText())));
      default -> out.writeByteArray(field.number(), message(field.type(), value));
    }
  }

  private static byte[] time(Instant time) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeInt64(1, time.getEpochSecond());
    out.flush();
    return bytes.toByteArray();
  }
}
