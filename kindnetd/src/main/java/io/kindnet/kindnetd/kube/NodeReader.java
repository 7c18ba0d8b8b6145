package io.kindnet.kindnetd.kube;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.kindnet.kindnetd.kube.NodeObject.Address;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads objects of the API server token by token, in whatever order their fields come, and takes
 * what a {@link NodeObject} has. The rest of a Node, which is most of its ten kilobytes, is skipped
 * without being made into anything. One reader is for one thread.
 */
final class NodeReader {
  private String name = "";
  private String version = "";
  private String created = "";
  private String podCidr = "";
  private List<String> podCidrs = List.of();
  private String providerId = "";
  private List<Address> addresses = List.of();
  private boolean networkAvailable;
  private int code;
  private String message = "";

  /** Something that reads the value of a field, whose first token is the current one. */
  @FunctionalInterface
  interface FieldReader {
    void read(String field, JsonParser json) throws IOException;
  }

  /**
   * Reads the value whose first token is the current one, to its end. What is no object has
   * nothing.
   */
  NodeObject read(JsonParser json) throws IOException {
    name = "";
    version = "";
    created = "";
    podCidr = "";
    podCidrs = List.of();
    providerId = "";
    addresses = List.of();
    networkAvailable = false;
    code = 0;
    message = "";
    eachField(json, this::readObject);
    if (podCidrs.isEmpty() && !podCidr.isEmpty()) {
      podCidrs = List.of(podCidr);
    }
    return new NodeObject(
        name, version, created, podCidrs, providerId, addresses, networkAvailable, code, message);
  }

  /**
   * Hands each field of the object that begins at the current token to {@code reader}, and skips
   * what it leaves of it. What is no object has no fields.
   */
  static void eachField(JsonParser json, FieldReader reader) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      json.nextToken();
      reader.read(field, json);
    }
  }

  private void readObject(String field, JsonParser json) throws IOException {
    switch (field) {
      case "metadata" -> eachField(json, this::readMetadata);
      case "spec" -> eachField(json, this::readSpec);
      // of a Status it is a text
      case "status" -> eachField(json, this::readStatus);
      case "code" -> code = number(json);
      case "message" -> message = text(json);
      default -> json.skipChildren();
    }
  }

  private void readMetadata(String field, JsonParser json) throws IOException {
    switch (field) {
      case "name" -> name = text(json);
      case "resourceVersion" -> version = text(json);
      case "creationTimestamp" -> created = text(json);
      default -> json.skipChildren();
    }
  }

  private void readSpec(String field, JsonParser json) throws IOException {
    switch (field) {
      case "podCIDR" -> podCidr = text(json);
      case "podCIDRs" -> podCidrs = texts(json);
      case "providerID" -> providerId = text(json);
      default -> json.skipChildren();
    }
  }

  private void readStatus(String field, JsonParser json) throws IOException {
    switch (field) {
      case "addresses" -> {
        addresses = new ArrayList<>(2);
        eachElement(json, this::readAddress);
      }
      case "conditions" -> eachElement(json, this::readCondition);
      default -> json.skipChildren();
    }
  }

  private void readAddress(JsonParser json) throws IOException {
    String[] found = pair(json, "type", "address");
    int type = NodeObject.ADDRESS_TYPES.indexOf(found[0]);
    if (type >= 0) {
      addresses.add(new Address(NodeObject.ADDRESS_TYPES.get(type), found[1]));
    }
  }

  private void readCondition(JsonParser json) throws IOException {
    String[] found = pair(json, "type", "status");
    if (found[0].equals("NetworkUnavailable")) {
      networkAvailable = found[1].equals("False");
    }
  }

  private static String[] pair(JsonParser json, String first, String second) throws IOException {
    String[] found = {"", ""};
    eachField(
        json,
        (field, value) -> {
          if (field.equals(first)) {
            found[0] = text(value);
          } else if (field.equals(second)) {
            found[1] = text(value);
          } else {
            value.skipChildren();
          }
        });
    return found;
  }

  private static List<String> texts(JsonParser json) throws IOException {
    List<String> texts = new ArrayList<>(2);
    eachElement(json, element -> texts.add(text(element)));
    return texts;
  }

  /** Something that reads an element of an array, whose first token is the current one. */
  @FunctionalInterface
  interface ElementReader {
    void read(JsonParser json) throws IOException;
  }

  /** What is no array has no elements. */
  static void eachElement(JsonParser json, ElementReader reader) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      json.skipChildren();
      return;
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      reader.read(json);
    }
  }

  /** The current value if it is a text, else nothing; a value of another kind is skipped. */
  static String text(JsonParser json) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      return json.getText();
    }
    json.skipChildren();
    return "";
  }

  private static int number(JsonParser json) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      return json.getIntValue();
    }
    json.skipChildren();
    return 0;
  }
}
