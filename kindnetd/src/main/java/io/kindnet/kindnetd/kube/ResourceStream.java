package io.kindnet.kindnetd.kube;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The two ways in which the API server tells of a resource: a list, and a watch of what changes
 * after some version. Objects are passed on as they are read: of what is told, no more than an
 * event is ever in memory. For one thread.
 */
abstract sealed class ResourceStream<T extends ApiRecord> permits ProtobufStream, JsonStream {
  /** Objects in a page of a list that the server reads from its database. */
  private static final int PAGE = 500;

  /** A watch is begun again after so long, on another API server perhaps; up to twice as long. */
  private static final int WATCH_SECONDS = 300;

  private final ApiRequests requests;
  private final ListedResource<T> resource;

  ResourceStream(ApiRequests requests, ListedResource<T> resource) {
    this.requests = requests;
    this.resource = resource;
  }

  /** The stream in the format of {@code resource}. */
  static <T extends ApiRecord> ResourceStream<T> of(
      ApiRequests requests, ListedResource<T> resource) {
    return switch (resource) {
      case Resource<T> inProtobuf -> new ProtobufStream<>(requests, inProtobuf);
      case JsonResource<T> inJson -> new JsonStream<>(requests, inJson);
    };
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
   * A part of a list.
   *
   * @param version from which to watch
   * @param next the token of the next part, empty if this is the last
   */
  record Page(String version, String next) {}

  /**
   * Reads all pages.
   *
   * @param oldest the version that the list must not be older than: {@code 0} for whatever the
   *     server has in memory, empty for the newest
   * @return the version from which to watch
   */
  String list(String oldest, Consumer<T> each) throws IOException {
    String from = oldest.isEmpty() ? "" : "&resourceVersion=" + oldest;
    Page page;
    do {
      try (InputStream body = requests.get(query() + "limit=" + PAGE + from, listFormat())) {
        page = readPage(body, each);
      }
      // the version is in the token of the next page
      from = "&continue=" + URLEncoder.encode(page.next(), StandardCharsets.UTF_8);
    } while (!page.next().isEmpty());
    return page.version();
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
        query()
            + "watch=true&allowWatchBookmarks=true&timeoutSeconds="
            + seconds
            + "&resourceVersion="
            + version;
    try (InputStream body = requests.get(path, watchFormat())) {
      events.accepted();
      readEvents(body, events);
    }
  }

  /** The path, to which parameters are added. */
  private String query() {
    return resource.path() + (resource.path().contains("?") ? "&" : "?");
  }

  /** What to accept for a list. */
  abstract String listFormat();

  /** What to accept for a watch. */
  abstract String watchFormat();

  abstract Page readPage(InputStream body, Consumer<T> each) throws IOException;

  /** Reads events until the body ends. */
  abstract void readEvents(InputStream body, Events<T> events) throws IOException;
}
