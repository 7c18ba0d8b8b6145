package io.kindnet.kindnetd.kube;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
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
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON from the API server on the thread that asks for it, straight from the socket. An event
 * of a watch that comes through an asynchronous client crosses several threads and is copied about
 * as often, which costs more than all that is done with it.
 */
final class ApiReader {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final URI server;
  private final Config config;
  private final Proxy proxy;
  private final TokenRefreshInterceptor authentication;
  private final JsonFactory json = new JsonFactory();
  private @Nullable SSLSocketFactory sockets;

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
   * Sends a GET and opens the answer; closing it gives the connection back.
   *
   * @param path relative to the server, with its parameters
   * @param silence after which an answer that does not go on has failed
   * @throws ApiException if the server refuses
   */
  JsonParser get(String path, Duration silence) throws IOException {
    return get(path, silence, () -> {});
  }

  /**
   * The same, for an answer that may be long in coming.
   *
   * @param accepted runs when the server has said that there will be one: to look at it waits for
   *     the first of it
   */
  JsonParser get(String path, Duration silence, Runnable accepted) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) server.resolve(path).toURL().openConnection(proxy);
    connection.setConnectTimeout((int) CONNECT.toMillis());
    connection.setReadTimeout((int) silence.toMillis());
    connection.setUseCaches(false);
    connection.setRequestProperty("Accept", "application/json");
    connection.setRequestProperty("Accept-Encoding", "gzip");
    connection.setRequestProperty("User-Agent", "kindnetd");
    authentication.before(new Headers(connection), null, null);
    try {
      if (connection instanceof HttpsURLConnection secure) {
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
    accepted.run();
    return parser(connection);
  }

  private JsonParser parser(HttpURLConnection connection) throws IOException {
    InputStream body = connection.getInputStream();
    return json.createParser(
        "gzip".equals(connection.getContentEncoding()) ? new GZIPInputStream(body) : body);
  }

  private ApiException refusal(HttpURLConnection connection, int code) throws IOException {
    InputStream body = connection.getErrorStream();
    if (body == null) {
      return new ApiException(code, "");
    }
    try (JsonParser parser = json.createParser(body)) {
      parser.nextToken();
      return new ApiException(code, new NodeReader().read(parser).message());
    } catch (JsonProcessingException notJson) {
      return new ApiException(code, "");
    }
  }

  private SSLSocketFactory sockets() throws IOException {
    SSLSocketFactory factory = sockets;
    if (factory == null) {
      try {
        factory = SSLUtils.sslContext(config).getSocketFactory();
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
