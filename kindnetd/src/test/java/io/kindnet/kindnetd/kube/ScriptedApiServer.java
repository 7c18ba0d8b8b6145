package io.kindnet.kindnetd.kube;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
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
final class ScriptedApiServer implements AutoCloseable {
  private static final String CUT = "cut";
  private static final String END = "end";

  /** An answer with a status and a body. */
  private record Answer(int status, String body, boolean compressed) {}

  /** A watch that the server has accepted. */
  static final class Stream {
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    /** Sends an event. */
    Stream say(String event) {
      lines.add(event + "\n");
      return this;
    }

    /** Breaks the connection off. */
    void cut() {
      lines.add(CUT);
    }

    /** Ends the watch as a server does when its time is over. */
    void end() {
      lines.add(END);
    }
  }

  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Answer> lists = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> watches = new LinkedBlockingQueue<>();
  private volatile @Nullable String authorization;

  ScriptedApiServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/api/v1/nodes", this::serve);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** What was asked so far: {@code list} or {@code watch} and the parameters that matter. */
  List<String> requests() {
    return requests;
  }

  /** The header of the newest request. */
  @Nullable String authorization() {
    return authorization;
  }

  ScriptedApiServer list(String body) {
    lists.add(new Answer(200, body, /* compressed= */ false));
    return this;
  }

  ScriptedApiServer compressedList(String body) {
    lists.add(new Answer(200, body, /* compressed= */ true));
    return this;
  }

  ScriptedApiServer refuseList(int status, String body) {
    lists.add(new Answer(status, body, /* compressed= */ false));
    return this;
  }

  ScriptedApiServer refuseWatch(int status, String body) {
    watches.add(new Answer(status, body, /* compressed= */ false));
    return this;
  }

  /** Accepts the next watch. */
  Stream watch() {
    Stream stream = new Stream();
    watches.add(stream);
    return stream;
  }

  private void serve(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getRawQuery();
    authorization = exchange.getRequestHeaders().getFirst("Authorization");
    try (exchange) {
      if (query.contains("watch=true")) {
        requests.add("watch " + query.replaceFirst(".*resourceVersion=", ""));
        Object next = watches.take();
        if (next instanceof Stream stream) {
          stream(exchange, stream);
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
    byte[] bytes = answer.body().getBytes(UTF_8);
    if (answer.compressed()) {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      exchange.sendResponseHeaders(answer.status(), 0);
      try (OutputStream body = new GZIPOutputStream(exchange.getResponseBody())) {
        body.write(bytes);
      }
    } else {
      exchange.sendResponseHeaders(answer.status(), bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static void stream(HttpExchange exchange, Stream stream)
      throws IOException, InterruptedException {
    exchange.sendResponseHeaders(200, 0);
    OutputStream body = exchange.getResponseBody();
    body.flush();
    for (String line = stream.lines.take(); !line.equals(END); line = stream.lines.take()) {
      if (line.equals(CUT)) {
        throw new IOException("cut");
      }
      body.write(line.getBytes(UTF_8));
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
