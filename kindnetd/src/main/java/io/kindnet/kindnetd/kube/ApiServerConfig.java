package io.kindnet.kindnetd.kube;

import io.fabric8.kubernetes.client.Config;
import io.kindnet.kindnetd.kube.credentials.ApiAccess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/** Address and credentials of the API server, from a kubeconfig or a pod's service account. */
public final class ApiServerConfig {
  private static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private final Path serviceAccount;

  public ApiServerConfig() {
    this(SERVICE_ACCOUNT);
  }

  /**
   * @param serviceAccount the directory with {@code token} and {@code ca.crt}
   */
  public ApiServerConfig(Path serviceAccount) {
    this.serviceAccount = serviceAccount;
  }

  /**
   * The access that {@code options} call for; the control plane endpoint only counts where there is
   * nothing else.
   *
   * @throws IOException naming the file that cannot be read, or what is missing
   */
  public ApiAccess read(ApiServerOptions options, Map<String, String> environment)
      throws IOException {
    ApiAccess access;
    if (options.kubeconfig().isPresent()) {
      access = ApiAccess.fromKubeconfig(options.kubeconfig().get(), environment);
    } else if (environment.containsKey(Config.KUBERNETES_SERVICE_HOST_PROPERTY)) {
      access = ApiAccess.ofServiceAccount(serviceUrl(environment), serviceAccount, environment);
    } else {
      URI url =
          options
              .master()
              .or(options::controlPlaneEndpoint)
              .orElseThrow(() ->
                  new IOException(
                      "no API server: this is no pod (KUBERNETES_SERVICE_HOST is not set) and neither"
                          + " --kubeconfig nor --master is given"));
      access = ApiAccess.anonymous(url);
    }
    return options.master().map(access::at).orElse(access);
  }

  private static String serviceUrl(Map<String, String> environment) {
    String host = environment.getOrDefault(Config.KUBERNETES_SERVICE_HOST_PROPERTY, "");
    String port = environment.getOrDefault(Config.KUBERNETES_SERVICE_PORT_PROPERTY, "443");
    String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return "https://" + bracketed + ":" + port;
  }
}
