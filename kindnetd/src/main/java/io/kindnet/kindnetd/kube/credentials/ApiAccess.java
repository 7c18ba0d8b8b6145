package io.kindnet.kindnetd.kube.credentials;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The address of an API server, and the credentials for it. */
public final class ApiAccess {
  private final Config config;
  private final Credentials credentials;

  private ApiAccess(Config config, Credentials credentials) {
    this.config = config;
    this.credentials = credentials;
  }

  /**
   * What a kubeconfig says.
   *
   * @param environment names proxies where the kubeconfig does not
   * @throws IOException naming the file and what is wrong with it
   */
  public static ApiAccess fromKubeconfig(Path file, Map<String, String> environment)
      throws IOException {
    Kubeconfig kubeconfig = Kubeconfig.read(file);
    ConfigBuilder config =
        new ConfigBuilder(Config.empty()).withMasterUrl(kubeconfig.cluster().getServer());
    String proxy = kubeconfig.cluster().getProxyUrl();
    if (proxy != null && !proxy.isEmpty()) {
      try {
        ProxySettings.fromKubeconfig(config, proxy);
      } catch (IOException reason) {
        throw new IOException("kubeconfig " + file + ": " + reason.getMessage(), reason);
      }
    } else {
      ProxySettings.fromEnvironment(config, environment);
    }
    impersonate(config, kubeconfig.user());
    return new ApiAccess(config.build(), new KubeconfigCredentials(kubeconfig));
  }

  private static void impersonate(ConfigBuilder config, AuthInfo user) {
    config
        .withImpersonateUsername(user.getAs())
        .withImpersonateGroups(orEmpty(user.getAsGroups()).toArray(String[]::new))
        .withImpersonateExtras(user.getAsUserExtra());
    if (user.getAsUid() != null) {
      config.withCustomHeaders(Map.of("Impersonate-Uid", user.getAsUid()));
    }
  }

  private static List<String> orEmpty(@Nullable List<String> list) {
    return list == null ? List.of() : list;
  }

  /**
   * The service account of a pod.
   *
   * @param url of the API server
   * @param directory with {@code token} and {@code ca.crt}
   * @param environment names proxies
   * @throws IOException naming the file that cannot be read
   */
  public static ApiAccess ofServiceAccount(
      String url, Path directory, Map<String, String> environment) throws IOException {
    ConfigBuilder config = new ConfigBuilder(Config.empty()).withMasterUrl(url);
    ProxySettings.fromEnvironment(config, environment);
    return new ApiAccess(config.build(), new ServiceAccountCredentials(directory));
  }

  /** Access without any credentials. */
  public static ApiAccess anonymous(URI url) {
    Config config = new ConfigBuilder(Config.empty()).withMasterUrl(url.toString()).build();
    return new ApiAccess(config, new NoCredentials());
  }

  /** The same credentials for another address. */
  public ApiAccess at(URI url) {
    return new ApiAccess(
        new ConfigBuilder(config).withMasterUrl(url.toString()).build(), credentials);
  }

  /** Where the API server is, such as {@code https://10.96.0.1:443/}. */
  public String url() {
    return config.getMasterUrl();
  }

  /**
   * Reads the credentials once.
   *
   * @throws IOException naming the file or program that fails, and why
   */
  public void check() throws IOException {
    credentials.authorization();
    if (url().startsWith("https:")) {
      new CredentialSockets(credentials).check();
    }
  }

  /**
   * A client, which connects when it is used.
   *
   * @param connections is told the address of the API server, or of the proxy before it, with each
   *     connection; has to be quick
   * @throws IOException if the credentials cannot be read
   */
  public HttpClient client(Consumer<InetAddress> connections) throws IOException {
    Config patient = patient();
    ApiHttpClientFactory factory = new ApiHttpClientFactory(credentials, connections);
    HttpClient.Builder builder = factory.newBuilder(patient);
    factory.configure(builder);
    return builder.build();
  }

  /**
   * The same with all that fabric8's client can do, which needs its implementation on the class
   * path; connects when it is used.
   *
   * @param userAgent which program asks
   * @throws IOException if the credentials cannot be read
   */
  public KubernetesClient kubernetesClient(String userAgent) throws IOException {
    ApiHttpClientFactory factory = new ApiHttpClientFactory(credentials, address -> {});
    return new KubernetesClientBuilder()
        .withConfig(new ConfigBuilder(patient()).withUserAgent(userAgent).build())
        .withHttpClientFactory(factory)
        .withHttpClientBuilderConsumer(factory::configure)
        .build();
  }

  private Config patient() throws IOException {
    check();
    trustNobodyElse();
    return new ConfigBuilder(config)
        // retries are those of the caller, who can say what it waits for
        .withRequestRetryBackoffLimit(0)
        .withUserAgent("kindnetd")
        .build();
  }

  /**
   * Whoever names the certificate authority of the API server means that one only, and without TLS
   * there is nobody to trust: the hundred authorities that the Java runtime knows need not be read,
   * which takes a tenth of the start and more than a megabyte.
   */
  private void trustNobodyElse() throws IOException {
    TlsSettings tls = credentials.tls();
    if (tls.authorities().isPresent() || tls.insecure() || url().startsWith("http:")) {
      System.setProperty("javax.net.ssl.trustStore", "NONE");
    }
  }
}
