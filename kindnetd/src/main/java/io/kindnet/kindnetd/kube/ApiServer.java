package io.kindnet.kindnetd.kube;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.kindnet.kindnetd.kube.credentials.ApiAccess;
import io.kindnet.netlink.ip.IpAddresses;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the API server and makes the client for it. */
public final class ApiServer {
  private static final Logger log = LoggerFactory.getLogger(ApiServer.class);
  private static final int PROBES = 5;
  private static final long PROBE_SECONDS = 5;

  private ApiServer() {}

  /**
   * A client for the API server; nobody has to answer yet, unless there is a control plane endpoint
   * to choose for or against.
   *
   * @param connections is told the address of the API server, or of the proxy before it, with each
   *     connection: where it is known by a name, nothing else tells. It has to be quick.
   * @throws IOException if it is not known where the API server is
   */
  public static ApiClient connect(
      ApiServerOptions options, Map<String, String> environment, Consumer<InetAddress> connections)
      throws IOException, InterruptedException {
    return connect(new ApiServerConfig(), options, environment, connections);
  }

  /**
   * The addresses at which the API server may be, as far as they are known without looking up a
   * name: those of the URLs that {@link #connect} chooses from, and of the Service in the cluster.
   */
  public static Set<InetAddress> addresses(
      ApiServerOptions options, Map<String, String> environment) {
    Set<InetAddress> addresses = new HashSet<>();
    options.controlPlaneEndpoint().ifPresent(url -> addIfLiteral(addresses, url.getHost()));
    options.master().ifPresent(url -> addIfLiteral(addresses, url.getHost()));
    addIfLiteral(addresses, environment.get(Config.KUBERNETES_SERVICE_HOST_PROPERTY));
    try {
      ApiAccess access = new ApiServerConfig().read(options, environment);
      addIfLiteral(addresses, URI.create(access.url()).getHost());
    } catch (IOException | IllegalArgumentException unknown) {
      // who connects says so
    }
    return addresses;
  }

  private static void addIfLiteral(Set<InetAddress> addresses, @Nullable String host) {
    if (host != null) {
      String literal = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
      try {
        addresses.add(IpAddresses.parse(literal));
      } catch (IllegalArgumentException name) {
        // a look-up might wait for a network that is not there yet
      }
    }
  }

  public static ApiClient connect(
      ApiServerConfig source,
      ApiServerOptions options,
      Map<String, String> environment,
      Consumer<InetAddress> connections)
      throws IOException, InterruptedException {
    ApiAccess access = access(source, options, environment);
    return new ApiClient(access.client(connections), URI.create(access.url()));
  }

  /**
   * As {@link #connect}, with all that fabric8's client can do: for programs that have its
   * implementation.
   *
   * @throws IOException if it is not known where the API server is
   */
  public static KubernetesClient kubernetesClient(
      ApiServerOptions options, Map<String, String> environment, String userAgent)
      throws IOException, InterruptedException {
    return access(new ApiServerConfig(), options, environment).kubernetesClient(userAgent);
  }

  private static ApiAccess access(
      ApiServerConfig source, ApiServerOptions options, Map<String, String> environment)
      throws IOException, InterruptedException {
    ApiAccess access = source.read(options, environment);
    access.check();
    return options.controlPlaneEndpoint().isPresent()
        ? preferred(access, options.controlPlaneEndpoint().get())
        : access;
  }

  /** The endpoint if it answers, else what was configured. */
  private static ApiAccess preferred(ApiAccess access, URI endpoint)
      throws IOException, InterruptedException {
    ApiAccess direct = access.at(endpoint);
    if (direct.url().equals(access.url())) {
      return access;
    }
    try (HttpClient client = direct.client(address -> {})) {
      for (int probe = 1; probe <= PROBES; probe++) {
        String answer = healthz(client, endpoint);
        if (answer.equals("ok")) {
          log.info("API server: control plane endpoint {}", endpoint);
          return direct;
        }
        log.info("control plane endpoint {}, probe {} of {}: {}", endpoint, probe, PROBES, answer);
        if (probe < PROBES) {
          TimeUnit.SECONDS.sleep(1);
        }
      }
    }
    log.warn("control plane endpoint {} does not answer, using {}", endpoint, access.url());
    return access;
  }

  /** {@code ok}, or what came instead. */
  private static String healthz(HttpClient http, URI endpoint) throws InterruptedException {
    try {
      HttpResponse<String> response =
          http.sendAsync(
                  http.newHttpRequestBuilder()
                      .uri(endpoint.resolve("/healthz"))
                      .timeout(PROBE_SECONDS, TimeUnit.SECONDS)
                      .build(),
                  String.class)
              .get();
      return response.code() == HttpURLConnection.HTTP_OK ? "ok" : "status " + response.code();
    } catch (ExecutionException failure) {
      return String.valueOf(failure.getCause());
    }
  }
}
