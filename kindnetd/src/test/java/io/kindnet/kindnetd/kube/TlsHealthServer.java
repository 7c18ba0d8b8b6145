package io.kindnet.kindnetd.kube;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Answers {@code /healthz} over TLS on 127.0.0.1 to whoever has the token. */
final class TlsHealthServer implements AutoCloseable {
  private static final String PASSWORD = "changeit";

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
    Path keys = Path.of(files + ".p12");
    Path certificate = Path.of(files + ".crt");
    keytool(
        keys,
        "-genkeypair",
        "-keyalg",
        "EC",
        "-dname",
        "CN=kubernetes",
        "-ext",
        "SAN=IP:127.0.0.1");
    keytool(keys, "-exportcert", "-rfc", "-file", certificate.toString());

    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream stream = Files.newInputStream(keys)) {
      store.load(stream, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);

    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext("/healthz", exchange -> answer(exchange, token));
    server.start();
    return new TlsHealthServer(server, certificate);
  }

  private static void answer(HttpExchange exchange, String token) throws IOException {
    try (exchange) {
      String given = exchange.getRequestHeaders().getFirst("Authorization");
      exchange.sendResponseHeaders(("Bearer " + token).equals(given) ? 200 : 401, -1);
    }
  }

  private static void keytool(Path keys, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-alias", "server", "-keystore", keys.toString()));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + output);
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
