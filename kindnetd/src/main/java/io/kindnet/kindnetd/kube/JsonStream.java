package io.kindnet.kindnetd.kube;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import java.util.function.Function;

/** Lists and events in JSON. */
final class JsonStream<T extends ApiRecord> extends ResourceStream<T> {
  private static final String METADATA = "metadata";
  private static final String RESOURCE_VERSION = "resourceVersion";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final String plural;
  private final Function<JsonNode, T> reader;

  JsonStream(ApiRequests requests, JsonResource<T> resource) {
    super(requests, resource);
    this.plural = resource.plural();
    this.reader = resource.reader();
  }

  @Override
  String listFormat() {
    return ApiRequests.JSON;
  }

  @Override
  String watchFormat() {
    return ApiRequests.JSON;
  }

  @Override
  Page readPage(InputStream body, Consumer<T> each) throws IOException {
    JsonNode metadata = MAPPER.missingNode();
    try (JsonParser parser = MAPPER.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new JsonMappingException(parser, "a list of " + plural + " that is no object");
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken value = parser.nextToken();
        if (name.equals(METADATA)) {
          metadata = MAPPER.readTree(parser);
        } else if (name.equals("items") && value == JsonToken.START_ARRAY) {
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            each.accept(reader.apply(MAPPER.readTree(parser)));
          }
        } else {
          parser.skipChildren();
        }
      }
    }
    return new Page(
        metadata.path(RESOURCE_VERSION).asText(""), metadata.path("continue").asText(""));
  }

  @Override
  void readEvents(InputStream body, Events<T> events) throws IOException {
    try (MappingIterator<JsonNode> all = MAPPER.readerFor(JsonNode.class).readValues(body)) {
      while (all.hasNextValue()) {
        tell(all.nextValue(), all.getParser(), events);
      }
    } catch (JsonEOFException end) {
      throw (IOException)
          new EOFException("watch of " + plural + ": an event breaks off").initCause(end);
    }
  }

  private void tell(JsonNode event, JsonParser parser, Events<T> events) throws IOException {
    JsonNode object = event.path("object");
    String type = event.path("type").asText("");
    switch (type) {
      case "ADDED", "MODIFIED" -> events.changed(reader.apply(object));
      case "DELETED" -> events.deleted(reader.apply(object));
      case "BOOKMARK" -> {}
      case "ERROR" ->
          throw new ApiException(object.path("code").asInt(), object.path("message").asText(""));
      default ->
          throw new JsonMappingException(
              parser, "watch of " + plural + ": an event of type '" + type + "'");
    }
    events.reached(object.path(METADATA).path(RESOURCE_VERSION).asText(""));
  }
}
