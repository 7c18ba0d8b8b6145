package io.kindnet.kindnetd.status;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Serves {@code /metrics}, {@code /healthz} and {@code /readyz} over HTTP. Healthy means that every
 * thread that a part needs is there and none ended by an error; ready, that every part has done its
 * work. Every request gets an answer: a page that fails is status 500 and a line in the log.
 */
public final class StatusServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int FAILED = 500;
  private static final int UNAVAILABLE = 503;
  private static final String PLAIN = "text/plain; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final ExpositionFormats formats = ExpositionFormats.init();
  private final FailureLog failures = new FailureLog();
  private final Status status;

  private record Answer(int code, String contentType, String body) {
    static Answer plain(int code, String text) {
      return new Answer(code, PLAIN, text);
    }
  }

  @FunctionalInterface
  private interface Page {
    Answer answer(HttpExchange exchange) throws IOException;
  }

  /**
   * Listens, but does not answer yet.
   *
   * @throws IOException naming the address, if it cannot be listened on
   */
  public StatusServer(InetSocketAddress address, Status status) throws IOException {
    this.status = status;
    try {
      this.server = HttpServer.create(address, 0);
    } catch (IOException reason) {
      throw new IOException(
          "cannot listen on " + BindAddress.format(address) + ": " + reason.getMessage(), reason);
    }
    server.setExecutor(executor);
    serve("/", exchange -> Answer.plain(NOT_FOUND, "not found\n"));
    serve("/metrics", this::metrics);
    serve("/healthz", exchange -> health());
    serve("/readyz", exchange -> readiness());
  }

  /**
   * A further page, for those who ask from this machine.
   *
   * @param page gives the text for what stands behind the question mark, decoded; empty for nothing
   */
  public void localPage(String path, UnaryOperator<String> page) {
    serve(
        path,
        exchange -> {
          InetAddress client = exchange.getRemoteAddress().getAddress();
          boolean local =
              client.isLoopbackAddress() || client.equals(exchange.getLocalAddress().getAddress());
          String query = exchange.getRequestURI().getQuery();
          return local
              ? Answer.plain(OK, page.apply(query == null ? "" : query))
              : Answer.plain(FORBIDDEN, path + " answers on its own machine only\n");
        });
  }

  /** Begins to answer. */
  public void start() {
    server.start();
  }

  /** The address that it listens on, with the port that it got if it asked for any. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.close();
  }

  private void serve(String path, Page page) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            send(exchange, answer(exchange, path, page));
          }
        });
  }

  private Answer answer(HttpExchange exchange, String path, Page page) {
    boolean exact = path.equals("/") || exchange.getRequestURI().getPath().equals(path);
    return switch (exchange.getRequestMethod()) {
      case "GET", "HEAD" ->
          exact ? answerOrFailure(exchange, path, page) : Answer.plain(NOT_FOUND, "not found\n");
      default -> Answer.plain(METHOD_NOT_ALLOWED, "only GET and HEAD\n");
    };
  }

  /** What the server itself would do with an exception is to hang up without a word. */
  private Answer answerOrFailure(HttpExchange exchange, String path, Page page) {
    try {
      Answer answer = page.answer(exchange);
      failures.succeeded(path);
      return answer;
    } catch (IOException | RuntimeException | Error failure) {
      failures.failed(path, failure);
      return Answer.plain(FAILED, path + " failed, the log of kindnetd says why\n");
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", answer.contentType());
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(answer.code(), -1);
    } else {
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.code(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Answer metrics(HttpExchange exchange) throws IOException {
    ExpositionFormatWriter writer = textWriter(exchange.getRequestHeaders());
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    writer.write(text, status.registry().scrape());
    return new Answer(OK, writer.getContentType(), text.toString(StandardCharsets.UTF_8));
  }

  /**
   * The text form for a client: OpenMetrics if the client names it, else that of Prometheus. {@code
   * ExpositionFormats.findWriter} would choose protobuf for a client that prefers it, though the
   * implementation is in an artifact that this program does not have. A server may disregard what a
   * client prefers (RFC 9110, section 12.5.1); Prometheus goes by the Content-Type of the answer.
   */
  private ExpositionFormatWriter textWriter(Headers headers) {
    String accept = String.join(",", headers.getOrDefault("Accept", List.of()));
    ExpositionFormatWriter openMetrics = formats.getOpenMetricsTextFormatWriter();
    return openMetrics.accepts(accept) ? openMetrics : formats.getPrometheusTextFormatWriter();
  }

  private Answer health() {
    return Stream.concat(
            status.bugs().stream(),
            status.agents().stream().flatMap(agent -> agent.death().stream()))
        .map(death -> Answer.plain(UNAVAILABLE, death + "\n"))
        .findFirst()
        .orElseGet(() -> Answer.plain(OK, "ok\n"));
  }

  /** One line for each part, in the manner of the API server's own readyz. */
  private Answer readiness() {
    StringBuilder text = new StringBuilder();
    boolean ready = true;
    boolean whole = true;
    for (AgentStatus agent : status.agents()) {
      Optional<String> problem = agent.problem();
      ready &= problem.isEmpty() || !agent.essential();
      whole &= problem.isEmpty();
      text.append(problem.isEmpty() ? "[+]" : "[-]").append(agent.name()).append(' ');
      text.append(problem.orElseGet(() -> wellness(agent))).append('\n');
    }
    text.append(ready ? whole ? "ready\n" : "ready, but degraded\n" : "not ready\n");
    return Answer.plain(ready ? OK : UNAVAILABLE, text.toString());
  }

  /** A part that cannot tell its details is no less ready, and the others have their lines. */
  private String wellness(AgentStatus agent) {
    String subject = "the details of " + agent.name();
    try {
      String line = agent.wellness();
      failures.succeeded(subject);
      return line;
    } catch (RuntimeException | Error failure) {
      failures.failed(subject, failure);
      return "ok, but its details failed: " + failure;
    }
  }
}
