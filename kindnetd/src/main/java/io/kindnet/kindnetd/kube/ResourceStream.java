package io.kindnet.kindnetd.kube;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kindnet.kindnetd.kube.Resource.RecordReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The two ways in which the API server tells of a resource: a list, and a watch of what changes
 * after some version. Objects are passed on as they are read: of what is told, no more than an
 * event is ever in memory.
 */
final class ResourceStream<T extends ApiRecord> {
  /** Objects in a page of a list that the server reads from its database. */
  private static final int PAGE = 500;

  /** A watch is begun again after so long, on another API server perhaps; up to twice as long. */
  private static final int WATCH_SECONDS = 300;

  /** Bytes of a list that are read at once. */
  private static final int BUFFER = 1 << 14;

  private final ApiRequests requests;
  private final Resource<T> resource;

  /** One for all lists and watches, since it knows which values it has read before. */
  private final RecordReader<T> reader;

  /** For one thread. */
  ResourceStream(ApiRequests requests, Resource<T> resource) {
    this.requests = requests;
    this.resource = resource;
    this.reader = resource.readers().get();
  }

  /** What a watch tells of. */
  interface Events<T> {
    /** The API server has accepted the watch. */
    void accepted();

    /** An object is new or has changed. */
    void changed(T object);

    /** An object was deleted; this is how it was. */
    void deleted(T object);

    /** All before this version has been told. */
    void reached(String version);
  }

  /**
   * Reads all pages.
   *
   * @param oldest the version that the list must not be older than: {@code 0} for whatever the
   *     server has in memory, empty for the newest
   * @return the version from which to watch
   */
  String list(String oldest, Consumer<T> each) throws IOException {
    Page<T> page = new Page<>(reader, each);
    String first = oldest.isEmpty() ? "" : "&resourceVersion=" + oldest;
    do {
      // the version is in the token of the next page
      String from =
          page.next.isEmpty() ? first : "&continue=" + URLEncoder.encode(page.next, UTF_8);
      page.next = "";
      String path = resource.path() + "?limit=" + PAGE + from;
      try (InputStream body = requests.get(path, ApiRequests.PROTOBUF)) {
        page.read(CodedInputStream.newInstance(body, BUFFER));
      }
    } while (!page.next.isEmpty());
    return page.version;
  }

  /** A list object, such as a NodeList. */
  private static final class Page<T> {
    private static final int METADATA = Protobuf.bytes(1);
    private static final int ITEMS = Protobuf.bytes(2);
    // ListMeta
    private static final int RESOURCE_VERSION = Protobuf.bytes(2);
    private static final int CONTINUE = Protobuf.bytes(3);

    private final Consumer<T> each;
    private final RecordReader<T> reader;
    private final ApiObjects lists = new ApiObjects(in -> Protobuf.eachField(in, this::readField));
    private String version = "";
    private String next = "";

    Page(RecordReader<T> reader, Consumer<T> each) {
      this.reader = reader;
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
   * @throws ApiException if the server answers with an error, at once or later
   * @throws java.net.SocketTimeoutException if nothing has come for a while
   */
  void watch(String version, Events<T> events) throws IOException {
    int seconds = WATCH_SECONDS + ThreadLocalRandom.current().nextInt(WATCH_SECONDS);
    String path =
        resource.path()
            + "?watch=true&allowWatchBookmarks=true&timeoutSeconds="
            + seconds
            + "&resourceVersion="
            + version;
    try (InputStream body = requests.get(path, ApiRequests.PROTOBUF_WATCH)) {
      events.accepted();
      WatchEvent<T> event = new WatchEvent<>(resource.plural(), reader);
      while (event.read(body)) {
        tell(event, events);
      }
    }
  }

  private void tell(WatchEvent<T> event, Events<T> events) throws IOException {
    T object = event.object();
    switch (event.type()) {
      case "ADDED", "MODIFIED" -> events.changed(object);
      case "DELETED" -> events.deleted(object);
      case "BOOKMARK" -> {}
      default ->
          throw new InvalidProtocolBufferException(
              "watch of " + resource.plural() + ": an event of type '" + event.type() + "'");
    }
    events.reached(object.version());
  }
}
