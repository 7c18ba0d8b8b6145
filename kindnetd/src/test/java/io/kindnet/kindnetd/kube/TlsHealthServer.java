package io.kindnet.kindnetd.kube;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** Answers {@code /healthz} over TLS on 127.0.0.1 to whoever has the token. */
final class TlsHealthServer implements AutoCloseable {
  private final HttpsServer server;
  private final Path certificate;

  private TlsHealthServer(HttpsServer server, Path certificate) {
    this.server = server;
    this.certificate = certificate;
  }

  /**
   * @param files the beginning of the names of the files with key and certificate
   */
  static TlsHealthServer start(Path files, String token) throws Exception {
    TlsKeys keys = TlsKeys.make(files);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(keys.context()));
    server.createContext("/healthz", exchange -> answer(exchange, token));
    server.start();
    return new TlsHealthServer(server, keys.certificate());
  }

  private static void answer(HttpExchange exchange, String token) throws IOException {
    try (exchange) {
      String given = exchange.getRequestHeaders().getFirst("Authorization");
      exchange.sendResponseHeaders(("Bearer " + token).equals(given) ? 200 : 401, -1);
    }
  }

  String url() {
    return "https://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Its certificate, which vouches for itself. */
  Path certificate() {
    return certificate;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
