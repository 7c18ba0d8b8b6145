package io.kindnet.kindnetd.kube.credentials;

import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which proxy leads to the API server: that of a kubeconfig, else that of the environment. */
final class ProxySettings {
  private static final int HTTP_PORT = 80;
  private static final int SOCKS_PORT = 1080;
  private static final Set<String> SOCKS = Set.of("socks5", "socks5h");

  private ProxySettings() {}

  /**
   * The proxy of a kubeconfig, which is used whatever the environment says.
   *
   * @param url {@code proxy-url}
   * @throws IOException if it cannot be used, naming it
   */
  static void fromKubeconfig(ConfigBuilder config, String url) throws IOException {
    String usable = usable("proxy-url", url);
    // the library takes one or the other, by the scheme of the server
    config.withHttpProxy(usable).withHttpsProxy(usable);
  }

  /** {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY}, in capitals or not. */
  static void fromEnvironment(ConfigBuilder config, Map<String, String> environment)
      throws IOException {
    String https = variable(environment, "HTTPS_PROXY");
    String http = variable(environment, "HTTP_PROXY");
    if (https != null) {
      config.withHttpsProxy(usable("HTTPS_PROXY", https));
    }
    if (http != null) {
      config.withHttpProxy(usable("HTTP_PROXY", http));
    }
    String none = variable(environment, "NO_PROXY");
    if (none != null) {
      config.withNoProxy(
          Arrays.stream(none.split(",", -1))
              .map(String::strip)
              // the library takes no other characters, and refuses the whole list
              .filter(host -> host.matches("[\\dA-Za-z.\\-/:]+"))
              .toArray(String[]::new));
    }
  }

  private static @Nullable String variable(Map<String, String> environment, String name) {
    String value = environment.get(name);
    if (value == null || value.isEmpty()) {
      value = environment.get(name.toLowerCase(Locale.ROOT));
    }
    return value == null || value.isEmpty() ? null : value;
  }

  private static String usable(String name, String url) throws IOException {
    URI uri;
    try {
      uri = URI.create(url.contains("://") ? url : "http://" + url);
    } catch (IllegalArgumentException reason) {
      throw new IOException(name + " " + url + ": " + reason.getMessage(), reason);
    }
    boolean socks = SOCKS.contains(uri.getScheme());
    if (uri.getHost() == null || !(socks || uri.getScheme().equals("http"))) {
      throw new IOException(name + " " + url + ": only http and socks5 proxies are supported");
    }
    int port = uri.getPort() >= 0 ? uri.getPort() : socks ? SOCKS_PORT : HTTP_PORT;
    String user = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo() + "@";
    return (socks ? "socks5" : "http") + "://" + user + uri.getHost() + ":" + port;
  }
}
