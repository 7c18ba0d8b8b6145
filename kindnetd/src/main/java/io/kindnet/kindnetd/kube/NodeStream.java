package io.kindnet.kindnetd.kube;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The two ways in which the API server tells of Nodes: a list, page by page, and a watch of what
 * changes after some version. Objects are handed on as they are read, so that neither a page nor an
 * event is ever in memory as a whole.
 */
final class NodeStream {
  private static final String NODES = "api/v1/nodes";

  /** How many Nodes a page has: what the API server gathers before it answers. */
  private static final int PAGE = 500;

  /** The API server sends a bookmark each minute, if nothing else. */
  private static final Duration SILENCE = Duration.ofMinutes(3);

  /** A watch is begun anew after so long, on another API server perhaps; up to twice as long. */
  private static final int WATCH_SECONDS = 300;

  private final ApiReader server;
  private final NodeReader reader = new NodeReader();

  NodeStream(ApiReader server) {
    this.server = server;
  }

  /** What a watch tells of. */
  interface Events {
    /** The API server has accepted the watch. */
    void begun();

    /** A Node is new or has changed. */
    void changed(NodeObject node);

    /** A Node is gone; this is how it was. */
    void gone(NodeObject node);

    /** All before this version has been told. */
    void reached(String version);
  }

  /**
   * Reads all pages.
   *
   * @return the version from which to watch
   */
  String list(Consumer<NodeObject> each) throws IOException {
    ListHead head = new ListHead();
    String more = "";
    do {
      head.next = "";
      String path = NODES + "?limit=" + PAGE + more;
      try (JsonParser json = server.get(path, SILENCE)) {
        json.nextToken();
        NodeReader.eachField(
            json,
            (field, value) -> {
              switch (field) {
                case "metadata" -> NodeReader.eachField(value, head::read);
                case "items" ->
                    NodeReader.eachElement(value, item -> each.accept(reader.read(item)));
                default -> value.skipChildren();
              }
            });
        json.nextToken(); // the end, so that the connection can be used again
      }
      more = "&continue=" + URLEncoder.encode(head.next, UTF_8);
    } while (!head.next.isEmpty());
    return head.version;
  }

  /** The metadata of a page. */
  private static final class ListHead {
    private String version = "";
    private String next = "";

    void read(String field, JsonParser json) throws IOException {
      switch (field) {
        case "resourceVersion" -> version = NodeReader.text(json);
        case "continue" -> next = NodeReader.text(json);
        default -> json.skipChildren();
      }
    }
  }

  /**
   * Watches from {@code version} on, until the API server ends it, as it does every few minutes.
   *
   * @throws ApiException if the server refuses, at once or later
   */
  void watch(String version, Events events) throws IOException {
    int seconds = WATCH_SECONDS + ThreadLocalRandom.current().nextInt(WATCH_SECONDS);
    String path =
        NODES
            + "?watch=true&allowWatchBookmarks=true&timeoutSeconds="
            + seconds
            + "&resourceVersion="
            + version;
    try (JsonParser json = server.get(path, SILENCE, events::begun)) {
      while (json.nextToken() != null) {
        tell(Event.read(json, reader), events);
      }
    }
  }

  private static void tell(Event event, Events events) throws IOException {
    NodeObject object = event.object();
    switch (event.type()) {
      case "ADDED", "MODIFIED" -> events.changed(object);
      case "DELETED" -> events.gone(object);
      case "BOOKMARK" -> {}
      case "ERROR" -> throw new ApiException(object.code(), object.message());
      default -> throw new IOException("watch of Nodes: an event of type '" + event.type() + "'");
    }
    events.reached(object.version());
  }

  private record Event(String type, NodeObject object) {
    static Event read(JsonParser json, NodeReader reader) throws IOException {
      String[] type = {""};
      @Nullable NodeObject[] object = {null};
      NodeReader.eachField(
          json,
          (field, value) -> {
            switch (field) {
              case "type" -> type[0] = NodeReader.text(value);
              case "object" -> object[0] = reader.read(value);
              default -> value.skipChildren();
            }
          });
      NodeObject read = object[0];
      if (read == null) {
        throw new IOException("watch of Nodes: an event without an object");
      }
      return new Event(type[0], read);
    }
  }
}
