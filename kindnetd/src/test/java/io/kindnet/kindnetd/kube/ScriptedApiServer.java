package io.kindnet.kindnetd.kube;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import io.kindnet.kube.testing.ApiProtobuf;
import io.kindnet.kube.testing.ClientsChoice;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers on 127.0.0.1 what a test says, in the order in which it says it: lists to who lists, and
 * watches to who watches. Remembers what was asked. Without an answer it lets wait.
 */
public final class ScriptedApiServer implements AutoCloseable {
  private static final ByteString CUT = ByteString.copyFromUtf8("cut");
  private static final ByteString END = ByteString.copyFromUtf8("end");

  /** An answer with a status and a body. */
  private record Answer(
      int status, ByteString body, String type, boolean compressed, String retryAfter) {}

  private static Answer answer(int status, byte[] body, String type, boolean compressed) {
    return new Answer(status, ByteString.copyFrom(body), type, compressed, "");
  }

  /** In which format the server answers. */
  private enum Format {
    PROTOBUF(ApiProtobuf.TYPE, ApiProtobuf.TYPE + ";stream=watch"),
    JSON("application/json", "application/json");

    private final String type;
    private final String watchType;

    Format(String type, String watchType) {
      this.type = type;
      this.watchType = watchType;
    }

    byte[] object(String json) {
      return this == JSON ? json.getBytes(UTF_8) : ApiProtobuf.object(json);
    }

    byte[] event(String json) {
      return this == JSON ? (json + "\n").getBytes(UTF_8) : ApiProtobuf.event(json);
    }
  }

  /** A watch that the server has accepted. */
  public static final class Stream {
    private final BlockingQueue<ByteString> parts = new LinkedBlockingQueue<>();
    private final Format format;

    private Stream(Format format) {
      this.format = format;
    }

    /** Sends an event, which is given as JSON. */
    public Stream say(String event) {
      return say(format.event(event));
    }

    /** Sends what may be no event. */
    public Stream say(byte[] bytes) {
      parts.add(ByteString.copyFrom(bytes));
      return this;
    }

    /** Breaks the connection off. */
    void cut() {
      parts.add(CUT);
    }

    /** Ends the watch as a server does when its time is over. */
    public void end() {
      parts.add(END);
    }
  }

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final HttpServer server;
  private final String scheme;
  private final Format format;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<Long> times = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Answer> lists = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> watches = new LinkedBlockingQueue<>();
  private final List<String> cipherSuites = new CopyOnWriteArrayList<>();
  private volatile @Nullable String authorization;

  /** Speaks without TLS. */
  public ScriptedApiServer() throws IOException {
    this(HttpServer.create(ANY_PORT, 0), "http", "/api/v1/nodes", Format.PROTOBUF);
  }

  /**
   * Speaks JSON, without TLS.
   *
   * @param path of the resource, such as {@code /apis/example.com/v1/things}
   */
  static ScriptedApiServer ofJson(String path) throws IOException {
    return new ScriptedApiServer(HttpServer.create(ANY_PORT, 0), "http", path, Format.JSON);
  }

  public ScriptedApiServer(TlsKeys keys) throws IOException {
    HttpsServer secured = HttpsServer.create(ANY_PORT, 0);
    secured.setHttpsConfigurator(new ClientsChoice(keys.context()));
    this(secured, "https", "/api/v1/nodes", Format.PROTOBUF);
  }

  private ScriptedApiServer(HttpServer server, String scheme, String path, Format format) {
    this.server = server;
    this.scheme = scheme;
    this.format = format;
    server.setExecutor(threads);
    server.createContext(path, this::serve);
    server.start();
  }

  public URI url() {
    return URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort());
  }

  /** What was asked so far: {@code list} or {@code watch} and the parameters that matter. */
  public List<String> requests() {
    return requests;
  }

  /** How each request so far was encrypted. */
  public List<String> cipherSuites() {
    return cipherSuites;
  }

  /** The header of the newest request. */
  public @Nullable String authorization() {
    return authorization;
  }

  public ScriptedApiServer list(String json) {
    return answerList(200, format.type, format.object(json));
  }

  public ScriptedApiServer compressedList(String json) {
    lists.add(answer(200, format.object(json), format.type, /* compressed= */ true));
    return this;
  }

  /** Answers as the API server does, in the format that was asked for. */
  public ScriptedApiServer refuseList(int status, String json) {
    return answerList(status, format.type, format.object(json));
  }

  /** Answers as something between the agent and the API server may. */
  public ScriptedApiServer answerList(int status, String type, byte[] body) {
    lists.add(answer(status, body, type, /* compressed= */ false));
    return this;
  }

  public ScriptedApiServer refuseWatch(int status, String json) {
    return refuseWatch(status, json, "");
  }

  /**
   * @param retryAfter the header {@code Retry-After}; none if empty
   */
  public ScriptedApiServer refuseWatch(int status, String json, String retryAfter) {
    ByteString body = ByteString.copyFrom(format.object(json));
    watches.add(new Answer(status, body, format.type, /* compressed= */ false, retryAfter));
    return this;
  }

  /** How much later the one request came than the other; counted from 0. */
  public Duration timeBetween(int one, int other) {
    return Duration.ofNanos(times.get(other) - times.get(one));
  }

  /** Accepts the next watch. */
  public Stream watch() {
    Stream stream = new Stream(format);
    watches.add(stream);
    return stream;
  }

  private void serve(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getRawQuery();
    authorization = exchange.getRequestHeaders().getFirst("Authorization");
    if (exchange instanceof HttpsExchange secured) {
      cipherSuites.add(secured.getSSLSession().getCipherSuite());
    }
    times.add(System.nanoTime());
    try (exchange) {
      if (query.contains("watch=true")) {
        requests.add("watch " + query.replaceFirst(".*resourceVersion=", ""));
        Object next = watches.take();
        if (next instanceof Stream stream) {
          send(exchange, stream);
        } else {
          answer(exchange, (Answer) next);
        }
      } else {
        requests.add("list " + query);
        answer(exchange, lists.take());
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answer(HttpExchange exchange, Answer answer) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", answer.type());
    if (!answer.retryAfter().isEmpty()) {
      exchange.getResponseHeaders().set("Retry-After", answer.retryAfter());
    }
    if (answer.compressed()) {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      exchange.sendResponseHeaders(answer.status(), 0);
      try (OutputStream body = new GZIPOutputStream(exchange.getResponseBody())) {
        answer.body().writeTo(body);
      }
    } else {
      exchange.sendResponseHeaders(answer.status(), answer.body().size());
      answer.body().writeTo(exchange.getResponseBody());
    }
  }

  private static void send(HttpExchange exchange, Stream stream)
      throws IOException, InterruptedException {
    exchange.getResponseHeaders().set("Content-Type", stream.format.watchType);
    exchange.sendResponseHeaders(200, 0);
    OutputStream body = exchange.getResponseBody();
    body.flush();
    for (ByteString part = stream.parts.take(); !part.equals(END); part = stream.parts.take()) {
      if (part.equals(CUT)) {
        throw new IOException("cut");
      }
      part.writeTo(body);
      body.flush();
    }
    body.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
