package io.kindnet.kube.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.Headers;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.kindnet.kube.testing.WatchHistory.Change;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Serves the objects of an {@link ObjectDispatcher} over HTTP as an API server does: what it
 * answers, and watches as a stream that begins after any version and never ends, each in JSON or,
 * if that is asked for, in protobuf.
 */
public final class ObjectServer implements AutoCloseable {
  private static final String JSON = "application/json";

  private final ObjectDispatcher objects;
  private final HttpServer server;
  private final String scheme;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("api-", 0).factory());
  private volatile boolean closed;

  private ObjectServer(ObjectDispatcher objects, HttpServer server, String scheme) {
    this.objects = objects;
    this.server = server;
    this.scheme = scheme;
    server.createContext("/", this::serve);
    server.setExecutor(threads);
    server.start();
  }

  /**
   * Serves over plain HTTP.
   *
   * @param address port 0 is any that is free
   */
  public static ObjectServer start(InetSocketAddress address, ObjectDispatcher objects)
      throws IOException {
    return new ObjectServer(objects, HttpServer.create(address, 0), "http");
  }

  /** Serves over TLS. */
  public static ObjectServer start(
      InetSocketAddress address, ObjectDispatcher objects, SSLContext keys) throws IOException {
    HttpsServer server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(new ClientsChoice(keys));
    return new ObjectServer(objects, server, "https");
  }

  /** The port on which it serves. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Where it serves, such as {@code http://172.30.0.1:8080/}. */
  public String url() {
    String host = server.getAddress().getAddress().getHostAddress();
    return scheme + "://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port() + "/";
  }

  /** A client for it, which trusts it; to be closed by the caller. */
  public KubernetesClient client() {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(Config.empty()).withMasterUrl(url()).withTrustCerts(true).build())
        .withHttpClientFactory(new JdkHttpClientFactory())
        .build();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String query = exchange.getRequestURI().getQuery();
      if (query != null && query.contains("watch=true")) {
        watch(exchange, query);
      } else {
        answer(exchange);
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    Headers.Builder headers = Headers.builder();
    exchange.getRequestHeaders().forEach((name, values) -> headers.add(name, values.getFirst()));
    MockResponse response =
        objects.dispatch(
            new RecordedRequest(
                "HTTP/1.1",
                HttpMethod.valueOf(exchange.getRequestMethod()),
                exchange.getRequestURI().toString(),
                headers.build(),
                new Buffer(exchange.getRequestBody().readAllBytes())));
    @Nullable Buffer body = response.getBody();
    byte[] bytes = body == null ? new byte[0] : body.getBytes();
    boolean protobuf = wantsProtobuf(exchange) && bytes.length > 0;
    if (protobuf) {
      bytes = ApiProtobuf.object(new String(bytes, UTF_8));
    }
    exchange.getResponseHeaders().set("Content-Type", protobuf ? ApiProtobuf.TYPE : JSON);
    exchange.sendResponseHeaders(response.code(), bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }

  private static boolean wantsProtobuf(HttpExchange exchange) {
    String accept = exchange.getRequestHeaders().getFirst("Accept");
    return accept != null && accept.startsWith(ApiProtobuf.TYPE);
  }

  private void watch(HttpExchange exchange, String query) throws IOException, InterruptedException {
    long version = Long.parseLong(query.replaceFirst(".*resourceVersion=(\\d+).*", "$1"));
    if (version > objects.version()) {
      // of an earlier server: the future of this one
      exchange.sendResponseHeaders(HttpURLConnection.HTTP_GONE, -1);
      return;
    }
    String path = exchange.getRequestURI().getPath();
    if (!objects.serves(path)) {
      exchange.sendResponseHeaders(HttpURLConnection.HTTP_NOT_FOUND, -1);
      return;
    }
    boolean protobuf = wantsProtobuf(exchange);
    String type = protobuf ? ApiProtobuf.TYPE + ";stream=watch" : JSON;
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(HttpURLConnection.HTTP_OK, 0);
    OutputStream stream = exchange.getResponseBody();
    stream.flush();
    while (!closed) {
      List<Change> changes = objects.history().after(version, path, () -> objects.serves(path));
      if (changes.isEmpty()) {
        return; // the definition of the resource was deleted
      }
      for (Change change : changes) {
        String event = change.event();
        stream.write(protobuf ? ApiProtobuf.event(event) : (event + "\n").getBytes(UTF_8));
        version = change.version();
      }
      stream.flush();
    }
  }

  /** Breaks off all that is open; the objects are forgotten. */
  @Override
  public void close() {
    closed = true;
    server.stop(0);
    threads.shutdownNow();
  }
}
