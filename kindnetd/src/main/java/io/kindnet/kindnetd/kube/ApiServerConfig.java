package io.kindnet.kindnetd.kube;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Address and credentials of the API server, from a kubeconfig or a pod's service account. */
final class ApiServerConfig {
  private static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private final Path serviceAccount;

  ApiServerConfig() {
    this(SERVICE_ACCOUNT);
  }

  /**
   * @param serviceAccount the folder with {@code token} and {@code ca.crt}
   */
  ApiServerConfig(Path serviceAccount) {
    this.serviceAccount = serviceAccount;
  }

  /**
   * The configuration for {@code options}; the control plane endpoint only counts where there is
   * nothing else.
   *
   * @throws IOException naming the file that cannot be read, or what is missing
   */
  Config read(ApiServerOptions options, Map<String, String> environment) throws IOException {
    Config config;
    if (options.kubeconfig().isPresent()) {
      config = fromKubeconfig(options.kubeconfig().get());
    } else if (environment.containsKey(Config.KUBERNETES_SERVICE_HOST_PROPERTY)) {
      config = inCluster(environment);
    } else {
      URI url =
          options
              .master()
              .or(options::controlPlaneEndpoint)
              .orElseThrow(() ->
                  new IOException(
                      "no API server: this is no pod (KUBERNETES_SERVICE_HOST is not set) and neither"
                          + " --kubeconfig nor --master is given"));
      config = new ConfigBuilder(Config.empty()).withMasterUrl(url.toString()).build();
    }
    return options.master().map(url -> withUrl(config, url)).orElse(config);
  }

  /** {@code config} with another address, and with the waits and retries that suit an agent. */
  static Config withUrl(Config config, URI url) {
    return new ConfigBuilder(config).withMasterUrl(url.toString()).build();
  }

  private static Config fromKubeconfig(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new IOException("kubeconfig " + file + " cannot be read");
    }
    try {
      return Config.fromKubeconfig(file.toFile());
    } catch (RuntimeException reason) {
      throw new IOException("kubeconfig " + file + ": " + reason.getMessage(), reason);
    }
  }

  private Config inCluster(Map<String, String> environment) throws IOException {
    Path token = serviceAccount.resolve("token");
    readToken(token);
    String host = environment.getOrDefault(Config.KUBERNETES_SERVICE_HOST_PROPERTY, "");
    String port = environment.getOrDefault(Config.KUBERNETES_SERVICE_PORT_PROPERTY, "443");
    String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return new ConfigBuilder(Config.empty())
        .withMasterUrl("https://" + bracketed + ":" + port)
        .withCaCertFile(serviceAccount.resolve("ca.crt").toString())
        // the kubelet replaces the token from time to time, so it is read for each request
        .withOauthTokenProvider(() -> token(token))
        .build();
  }

  private static String token(Path file) {
    try {
      return readToken(file);
    } catch (IOException reason) {
      throw new UncheckedIOException(reason.getMessage(), reason);
    }
  }

  private static String readToken(Path file) throws IOException {
    try {
      return Files.readString(file).strip();
    } catch (IOException reason) {
      throw new IOException("service account token " + file + " cannot be read", reason);
    }
  }
}
