package io.kindnet.kindnetd.kube.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Answers each request over TLS on 127.0.0.1 with who asks: the subject of the certificate, the
 * header {@code Authorization}, impersonation and the name that was asked for (SNI). Refuses with
 * 401 whoever it is told to.
 */
final class WhoAmIServer implements AutoCloseable {
  private final HttpsServer server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
  private final List<String> refused = new CopyOnWriteArrayList<>();
  private final List<String> answers = new CopyOnWriteArrayList<>();

  /**
   * @param files has {@code ca.crt}, and key and certificate of {@code name}
   */
  WhoAmIServer(OpenSsl files, String name) throws Exception {
    TlsSettings settings =
        new TlsSettings(
            Optional.of(CredentialSource.file("ca", files.file("ca.crt"))),
            Optional.of(CredentialSource.file("crt", files.file(name + ".crt"))),
            Optional.of(CredentialSource.file("key", files.file(name + ".key"))),
            Optional.empty(),
            /* insecure= */ false);
    SSLContext context = new TlsContexts().get(settings);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters connection) {
            SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
            parameters.setWantClientAuth(true);
            connection.setSSLParameters(parameters);
          }
        });
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return "https://127.0.0.1:" + port();
  }

  /** Refuses from now on whose answer would contain {@code who}. */
  void refuse(String who) {
    refused.add(who);
  }

  /** All answers so far, the refused ones included. */
  List<String> answers() {
    return answers;
  }

  private void answer(HttpExchange exchange) throws IOException {
    HttpsExchange secured = (HttpsExchange) exchange;
    try (exchange) {
      String who =
          String.join(
              " ",
              subject(secured),
              header(exchange, "Authorization"),
              header(exchange, "Impersonate-User"),
              ((ExtendedSSLSession) secured.getSSLSession()).getRequestedServerNames().toString());
      answers.add(who);
      boolean refuse = refused.stream().anyMatch(who::contains);
      byte[] bytes = who.getBytes(UTF_8);
      exchange.sendResponseHeaders(refuse ? 401 : 200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static String subject(HttpsExchange exchange) {
    try {
      return exchange.getSSLSession().getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException nobody) {
      return "-";
    }
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "-" : value;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
