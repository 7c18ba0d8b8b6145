package io.kindnet.cni.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON text from and to plain Java values, by streaming: of Jackson only the core is ever loaded,
 * because this runs at the start of every call.
 */
public final class JsonText {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonText() {}

  /** Writes one JSON document. */
  @FunctionalInterface
  public interface Body {
    /** Sends the document to {@code json}. */
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** The document that {@code body} writes, on one line. */
  public static String write(Body body) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      body.writeTo(json);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  /** An array of {@code texts}. */
  public static String array(Collection<String> texts) {
    return write(json -> {
      json.writeStartArray();
      for (String text : texts) {
        json.writeString(text);
      }
      json.writeEndArray();
    });
  }

  /**
   * Reads one JSON object and nothing behind it. Members become {@code Map}, {@code List}, {@code
   * String}, {@code Long} (or {@code Double} for any other number), {@code Boolean} or null.
   *
   * @param what where the text is from, for messages
   * @throws CniException {@link CniErrorCode#DECODING_FAILURE} with the line and column of what is
   *     not JSON
   */
  static Map<String, @Nullable Object> readObject(String what, byte[] text) throws CniException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new CniException(CniErrorCode.DECODING_FAILURE, what + " is empty");
      }
      if (first != JsonToken.START_OBJECT) {
        throw new CniException(CniErrorCode.DECODING_FAILURE, what + " is not a JSON object");
      }
      Map<String, @Nullable Object> object = object(parser);
      if (parser.nextToken() != null) {
        throw new CniException(CniErrorCode.DECODING_FAILURE, what + " goes on after its end");
      }
      return object;
    } catch (JsonProcessingException notJson) {
      throw new CniException(
          CniErrorCode.DECODING_FAILURE,
          what + " is not JSON: " + reason(notJson) + place(notJson.getLocation()),
          notJson);
    } catch (IOException notText) {
      throw new CniException(
          CniErrorCode.DECODING_FAILURE, what + " is not JSON: " + notText.getMessage(), notText);
    }
  }

  private static String reason(JsonProcessingException notJson) {
    String message = notJson.getOriginalMessage();
    if (message.startsWith("Unexpected end-of-input")) {
      return "it ends too early";
    }
    // Jackson tells in brackets where something began, in its own notation of places
    int source = message.indexOf("[Source: ");
    int bracket = message.lastIndexOf(" (", source);
    return source < 0 || bracket < 0 ? message : message.substring(0, bracket);
  }

  private static String place(@Nullable JsonLocation place) {
    return place == null
        ? ""
        : " (line " + place.getLineNr() + ", column " + place.getColumnNr() + ")";
  }

  private static @Nullable Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> parser.getText();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? (Object) parser.getDoubleValue()
              : parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      default -> null;
    };
  }

  private static Map<String, @Nullable Object> object(JsonParser parser) throws IOException {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      members.put(name, value(parser));
    }
    return members;
  }

  private static List<@Nullable Object> array(JsonParser parser) throws IOException {
    List<@Nullable Object> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value(parser));
    }
    return elements;
  }
}
