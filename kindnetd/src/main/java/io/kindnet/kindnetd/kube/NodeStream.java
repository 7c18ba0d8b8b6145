package io.kindnet.kindnetd.kube;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The two ways in which the API server tells of Nodes: a list, page by page, and a watch of what
 * changes after some version. Objects are handed on as they are read: of what is told, no more than
 * an event is ever in memory.
 */
final class NodeStream {
  private static final String NODES = "api/v1/nodes";

  /** How many Nodes a page has: what the API server gathers before it answers. */
  private static final int PAGE = 500;

  /** The API server sends a bookmark each minute, if nothing else. */
  private static final Duration SILENCE = Duration.ofMinutes(3);

  /** A watch is begun anew after so long, on another API server perhaps; up to twice as long. */
  private static final int WATCH_SECONDS = 300;

  /** Bytes of a list that are read at once. */
  private static final int BUFFER = 1 << 14;

  private final ApiReader server;
  private final String self;

  /**
   * @param self the name of this machine's own Node
   */
  NodeStream(ApiReader server, String self) {
    this.server = server;
    this.self = self;
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
    Page page = new Page(self, each);
    do {
      String more = page.next.isEmpty() ? "" : "&continue=" + URLEncoder.encode(page.next, UTF_8);
      page.next = "";
      try (InputStream body = server.get(NODES + "?limit=" + PAGE + more, SILENCE)) {
        page.read(CodedInputStream.newInstance(body, BUFFER));
      }
    } while (!page.next.isEmpty());
    return page.version;
  }

  /** Has {@code listener} told the address of the server, or of the proxy, with each connection. */
  void onConnection(Consumer<InetAddress> listener) {
    server.onConnection(listener);
  }

  /** There are many Nodes, each with its heartbeats. */
  void expectMuch() {
    server.expectMuch();
  }

  /** A NodeList. */
  private static final class Page {
    private static final int METADATA = Protobuf.bytes(1);
    private static final int ITEMS = Protobuf.bytes(2);
    // ListMeta
    private static final int RESOURCE_VERSION = Protobuf.bytes(2);
    private static final int CONTINUE = Protobuf.bytes(3);

    private final Consumer<NodeObject> each;
    private final NodeReader reader;
    private final ApiObjects lists = new ApiObjects(in -> Protobuf.eachField(in, this::readField));
    private String version = "";
    private String next = "";

    Page(String self, Consumer<NodeObject> each) {
      this.reader = new NodeReader(self);
      this.each = each;
    }

    void read(CodedInputStream in) throws IOException {
      lists.read(in);
    }

    private boolean readField(int tag, CodedInputStream in) throws IOException {
      if (tag == METADATA) {
        return Protobuf.eachField(in, this::readMetadata);
      }
      if (tag != ITEMS) {
        return false;
      }
      each.accept(reader.read(in));
      return true;
    }

    private boolean readMetadata(int tag, CodedInputStream in) throws IOException {
      if (tag == RESOURCE_VERSION) {
        version = in.readString();
      } else if (tag == CONTINUE) {
        next = in.readString();
      } else {
        return false;
      }
      return true;
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
    try (InputStream body = server.watch(path, SILENCE, events::begun)) {
      WatchEvent event = new WatchEvent(new NodeReader(self));
      while (event.read(body)) {
        tell(event, events);
      }
    }
  }

  private static void tell(WatchEvent event, Events events) throws IOException {
    NodeObject object = event.object();
    switch (event.type()) {
      case "ADDED", "MODIFIED" -> events.changed(object);
      case "DELETED" -> events.gone(object);
      case "BOOKMARK" -> {}
      default ->
          throw new InvalidProtocolBufferException(
              "watch of Nodes: an event of type '" + event.type() + "'");
    }
    events.reached(object.version());
  }
}
