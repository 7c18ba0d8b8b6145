package io.kindnet.kindnetd.kube.credentials;

import static java.util.Objects.requireNonNull;

import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.okhttp.OkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.TokenRefreshInterceptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Call;
import okhttp3.CipherSuite;
import okhttp3.ConnectionSpec;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * Makes the HTTP client of fabric8 with our credentials, which it reads again when they change, and
 * with pings, by which a dead HTTP/2 connection is noticed.
 */
final class ApiHttpClientFactory extends OkHttpClientFactory {
  /** A connection that has not answered a ping when the next one is due has failed. */
  private static final Duration PING_INTERVAL = Duration.ofSeconds(15);

  /**
   * How long a server may say nothing. Over HTTP/1.1 nothing else tells a dead connection from a
   * quiet one; a watch is then begun again where it was, which costs a request.
   */
  private static final Duration SILENCE = Duration.ofSeconds(35);

  /**
   * ChaCha20 before AES: the JVM's first compiler, the only one that the agent has, takes half as
   * long for it, and servers choose what the client has first.
   */
  private static final ConnectionSpec SECURED =
      new ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS)
          .cipherSuites(
              requireNonNull(ConnectionSpec.MODERN_TLS.cipherSuites()).stream()
                  .sorted(Comparator.comparing(suite -> !suite.javaName().contains("CHACHA20")))
                  .toArray(CipherSuite[]::new))
          .build();

  private final CredentialSockets sockets;
  private final AuthorizationInterceptor authorization;
  private final Consumer<InetAddress> connections;

  /**
   * @param connections is told the address of the API server, or of the proxy, with each connection
   */
  ApiHttpClientFactory(Credentials credentials, Consumer<InetAddress> connections) {
    this.sockets = new CredentialSockets(credentials);
    this.authorization = new AuthorizationInterceptor(credentials, sockets);
    this.connections = connections;
  }

  /** Has our credentials take the place of the library's. */
  void configure(HttpClient.Builder builder) {
    builder.addOrReplaceInterceptor(TokenRefreshInterceptor.NAME, authorization);
  }

  @Override
  protected void additionalConfig(OkHttpClient.Builder builder) {
    builder
        .pingInterval(PING_INTERVAL)
        .readTimeout(SILENCE)
        .connectionSpecs(List.of(SECURED, ConnectionSpec.CLEARTEXT))
        .sslSocketFactory(sockets, nobody())
        // the handshake has checked the name already
        .hostnameVerifier((host, session) -> true)
        .eventListener(
            new EventListener() {
              @Override
              public void connectEnd(
                  Call call, InetSocketAddress address, Proxy proxy, @Nullable Protocol protocol) {
                InetAddress resolved = address.getAddress();
                if (resolved != null) {
                  connections.accept(resolved);
                }
              }
            });
  }

  /** OkHttp asks for one, and needs it for pinned certificates only. */
  private static X509TrustManager nobody() {
    try {
      KeyStore none = KeyStore.getInstance("PKCS12");
      none.load(null, null);
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(none);
      return (X509TrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
