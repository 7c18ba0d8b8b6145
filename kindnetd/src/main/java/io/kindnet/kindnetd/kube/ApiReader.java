package io.kindnet.kindnetd.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.CodedInputStream;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.StandardHttpClientBuilder;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.TokenRefreshInterceptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Reads from the API server on the thread that asks for it, straight from the socket, in protobuf:
 * that is less than JSON to decrypt, and most of it is skipped unseen. An event of a watch that
 * comes through an asynchronous client crosses several threads and is copied about as often, which
 * costs more than all that is done with it.
 */
final class ApiReader {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final String AES = "TLS_AES_128_GCM";
  private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";

  private final URI server;
  private final Config config;
  private final Proxy proxy;
  private final TokenRefreshInterceptor authentication;
  private String preferred = "TLS_CHACHA20";
  private volatile Consumer<InetAddress> connections = address -> {};
  private @Nullable PacedSockets sockets;

  /**
   * @param config address and credentials
   */
  ApiReader(Config config) {
    this.server = URI.create(config.getMasterUrl());
    this.config = config;
    this.proxy = proxy(config);
    this.authentication =
        new TokenRefreshInterceptor(config, new JdkHttpClientFactory(), Instant.now());
  }

  /**
   * Sends a GET and opens the answer, which is an object; closing it gives the connection back.
   *
   * @param path relative to the server, with its parameters
   * @param silence after which an answer that does not go on has failed
   * @throws ApiException if the server refuses
   */
  InputStream get(String path, Duration silence) throws IOException {
    return get(path, silence, PROTOBUF, () -> {});
  }

  /**
   * The same for a watch, whose answer is event after event, and may be long in coming.
   *
   * @param accepted runs when the server has said that there will be one: to look at it waits for
   *     the first of it
   */
  InputStream watch(String path, Duration silence, Runnable accepted) throws IOException {
    InputStream events = get(path, silence, PROTOBUF + ";stream=watch", accepted);
    if (sockets != null) {
      sockets.pace(true);
    }
    return events;
  }

  private InputStream get(String path, Duration silence, String format, Runnable accepted)
      throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) server.resolve(path).toURL().openConnection(proxy);
    connection.setConnectTimeout((int) CONNECT.toMillis());
    connection.setReadTimeout((int) silence.toMillis());
    connection.setUseCaches(false);
    connection.setRequestProperty("Accept", format);
    connection.setRequestProperty("Accept-Encoding", "gzip");
    connection.setRequestProperty("User-Agent", "kindnetd");
    authentication.before(new Headers(connection), null, null);
    try {
      if (connection instanceof HttpsURLConnection secure) {
        sockets().pace(false);
        secure.setSSLSocketFactory(sockets());
      }
      int code = connection.getResponseCode();
      if (code != HttpURLConnection.HTTP_OK) {
        throw refusal(connection, code);
      }
    } catch (SSLException failure) {
      sockets = null; // the file of the authority may have been replaced
      throw failure;
    }
    if (!isProtobuf(connection)) {
      connection.disconnect();
      throw new IOException(
          "an answer of type " + connection.getContentType() + " to a request for " + format);
    }
    accepted.run();
    InputStream body = connection.getInputStream();
    return "gzip".equals(connection.getContentEncoding()) ? new GZIPInputStream(body) : body;
  }

  private static boolean isProtobuf(HttpURLConnection connection) {
    String type = connection.getContentType();
    return type != null && type.startsWith(PROTOBUF);
  }

  /** What is between this and the server, a proxy for one, may have refused in other formats. */
  private static ApiException refusal(HttpURLConnection connection, int code) {
    try (InputStream body = connection.getErrorStream()) {
      if (body != null && isProtobuf(connection)) {
        new ApiObjects(other -> {}).read(CodedInputStream.newInstance(body));
      } else if (body != null) {
        return new ApiException(code, new ObjectMapper().readTree(body).path("message").asText());
      }
    } catch (ApiException refusal) {
      return refusal;
    } catch (IOException other) {
      // the code has to do
    }
    return new ApiException(code, "");
  }

  /** Has {@code listener} told the address of the server, or of the proxy, with each connection. */
  void onConnection(Consumer<InetAddress> listener) {
    connections = listener;
  }

  /** Gets ready for more than the JVM's own ciphers decrypt at next to no cost. */
  void expectMuch() {
    if (!preferred.equals(AES)
        && server.getScheme().equals("https")
        && ProcessorAes.isInstalled()) {
      preferred = AES;
      sockets = null;
    }
  }

  private PacedSockets sockets() throws IOException {
    PacedSockets factory = sockets;
    if (factory == null) {
      try {
        factory =
            new PacedSockets(
                SSLUtils.sslContext(config).getSocketFactory(),
                preferred,
                address -> connections.accept(address));
      } catch (GeneralSecurityException reason) {
        throw new SSLException("keys and certificates: " + reason.getMessage(), reason);
      }
      sockets = factory;
    }
    return factory;
  }

  /** The library knows the forms of the settings, and for which servers there is none. */
  private static Proxy proxy(Config config) {
    if (config.getHttpProxy() == null && config.getHttpsProxy() == null) {
      return Proxy.NO_PROXY; // spares reading all other settings
    }
    var settings =
        (StandardHttpClientBuilder<?, ?, ?>) new JdkHttpClientFactory().newBuilder(config);
    InetSocketAddress address = settings.getProxyAddress();
    if (address == null) {
      return Proxy.NO_PROXY;
    }
    boolean socks = settings.getProxyType() != HttpClient.ProxyType.HTTP;
    return new Proxy(socks ? Proxy.Type.SOCKS : Proxy.Type.HTTP, address);
  }

  /** Puts what the library says of who asks into a request. */
  private record Headers(HttpURLConnection connection) implements BasicBuilder {
    @Override
    public BasicBuilder uri(URI uri) {
      throw new UnsupportedOperationException("the request knows where it goes");
    }

    @Override
    public BasicBuilder header(String name, String value) {
      connection.addRequestProperty(name, value);
      return this;
    }

    @Override
    public BasicBuilder setHeader(String name, String value) {
      connection.setRequestProperty(name, value);
      return this;
    }
  }
}
