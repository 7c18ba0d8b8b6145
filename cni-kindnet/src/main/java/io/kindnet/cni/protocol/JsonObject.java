package io.kindnet.cni.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object with the path to it, so that an error can name the key as the user wrote it. A
 * member that is {@code null} counts as one that is not there. Keys that differ in their case only
 * are the same, as they are for all that is written in Go: containerd 1.x says {@code HostPort}
 * where the convention has {@code hostPort}.
 *
 * @param path the keys that lead here, empty for the document itself
 * @param members the values by key, as {@link JsonText#readObject} gives them
 */
record JsonObject(String path, Map<String, @Nullable Object> members) {

  /** The whole document in {@code text}; {@code what} names it in messages. */
  static JsonObject parse(String what, byte[] text) throws CniException {
    return new JsonObject("", JsonText.readObject(what, text));
  }

  /** Whether the key is there, if only as null. */
  boolean has(String key) {
    return members.containsKey(key) || member(key) != null;
  }

  /** The text under {@code key}, empty if there is none. */
  String string(String key) throws CniException {
    Object value = member(key);
    if (value == null) {
      return "";
    }
    if (value instanceof String text) {
      return text;
    }
    throw unexpected(key, value, "a string");
  }

  /** The whole number under {@code key}, or null. */
  @Nullable Long integer(String key) throws CniException {
    Object value = member(key);
    if (value == null || value instanceof Long) {
      return (Long) value;
    }
    throw unexpected(key, value, "a whole number");
  }

  /** The object under {@code key}, or null. */
  @Nullable JsonObject object(String key) throws CniException {
    Object value = member(key);
    return value == null ? null : asObject(key, value);
  }

  /** The texts in the list under {@code key}, none if there is no list. */
  List<String> strings(String key) throws CniException {
    List<String> texts = new ArrayList<>();
    List<?> elements = list(key);
    for (int i = 0; i < elements.size(); i++) {
      Object element = elements.get(i);
      if (!(element instanceof String text)) {
        throw unexpected(key + at(i), element, "a string");
      }
      texts.add(text);
    }
    return texts;
  }

  /** The objects in the list under {@code key}, none if there is no list. */
  List<JsonObject> objects(String key) throws CniException {
    List<JsonObject> objects = new ArrayList<>();
    List<?> elements = list(key);
    for (int i = 0; i < elements.size(); i++) {
      objects.add(asObject(key + at(i), elements.get(i)));
    }
    return objects;
  }

  /** {@code key} with the path before it, for messages. */
  String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** An error about the value of {@code key} that could be read but makes no sense. */
  CniException invalid(String key, String value, String reason) {
    return new CniException(
        CniErrorCode.INVALID_NETWORK_CONFIG, pathOf(key) + " '" + value + "': " + reason);
  }

  /** The value under {@code key} as it is written, else in another case. */
  private @Nullable Object member(String key) {
    Object value = members.get(key);
    if (value == null) {
      for (Map.Entry<String, @Nullable Object> member : members.entrySet()) {
        if (member.getKey().equalsIgnoreCase(key)) {
          return member.getValue();
        }
      }
    }
    return value;
  }

  private List<?> list(String key) throws CniException {
    Object value = member(key);
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> elements) {
      return elements;
    }
    throw unexpected(key, value, "a list");
  }

  // what JsonText made of an object is of this type
  @SuppressWarnings("unchecked")
  private JsonObject asObject(String key, @Nullable Object value) throws CniException {
    if (value instanceof Map) {
      return new JsonObject(pathOf(key), (Map<String, @Nullable Object>) value);
    }
    throw unexpected(key, value, "an object");
  }

  private CniException unexpected(String key, @Nullable Object value, String expected) {
    return new CniException(
        CniErrorCode.DECODING_FAILURE, pathOf(key) + " is " + value + ", expected " + expected);
  }

  private static String at(int index) {
    return "[" + index + "]";
  }
}
