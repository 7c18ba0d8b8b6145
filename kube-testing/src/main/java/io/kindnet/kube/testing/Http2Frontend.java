package io.kindnet.kube.testing;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Serves an HTTP server on 127.0.0.1 over TLS and HTTP/2, as API servers are reached: Java's own
 * server knows HTTP/1.1 only.
 */
public final class Http2Frontend implements AutoCloseable {
  private static final int CONNECTIONS = 50;

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient backend;
  private final int target;
  private final HttpServer server;
  private final Set<String> protocols = ConcurrentHashMap.newKeySet();

  /**
   * @param target the port on 127.0.0.1 that answers
   * @param key PEM, in PKCS#8
   * @param certificate PEM, for 127.0.0.1
   */
  public Http2Frontend(int target, Path key, Path certificate)
      throws InterruptedException, ExecutionException, TimeoutException {
    this.target = target;
    backend = vertx.createHttpClient(new HttpClientOptions().setMaxPoolSize(CONNECTIONS));
    HttpServerOptions options =
        new HttpServerOptions()
            .setSsl(true)
            .setUseAlpn(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .setKeyPath(key.toString())
                    .setCertPath(certificate.toString()));
    server =
        vertx
            .createHttpServer(options)
            .requestHandler(this::serve)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
  }

  /** The port on which it serves. */
  public int port() {
    return server.actualPort();
  }

  /** How requests came, such as {@code HTTP_2}. */
  public Set<String> protocols() {
    return protocols;
  }

  private void serve(HttpServerRequest request) {
    protocols.add(request.version().name());
    Future<Buffer> body = request.body();
    backend
        .request(request.method(), target, "127.0.0.1", request.uri())
        .compose(forwarded -> body.compose(bytes -> send(request, forwarded, bytes)))
        .compose(answer -> {
          HttpServerResponse response = request.response().setStatusCode(answer.statusCode());
          answer.headers().names().stream()
              .filter(name -> name.toLowerCase(Locale.ROOT).matches("content-type|retry-after"))
              .forEach(name -> response.putHeader(name, answer.getHeader(name)));
          response.writeHead();
          return answer.pipeTo(response);
        })
        .onFailure(broken -> request.response().reset());
  }

  private static Future<HttpClientResponse> send(
      HttpServerRequest request, HttpClientRequest forwarded, Buffer body) {
    for (String name : new String[] {"Accept", "Authorization", "Content-Type"}) {
      String value = request.getHeader(name);
      if (value != null) {
        forwarded.putHeader(name, value);
      }
    }
    return forwarded.send(body);
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
