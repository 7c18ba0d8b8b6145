package io.kindnet.kindnetd.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.ip.IpAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiServerTest {
  private static final Optional<URI> NOBODY = Optional.of(URI.create("http://127.0.0.1:1"));
  private static final ApiServerOptions NOTHING =
      new ApiServerOptions(Optional.empty(), Optional.empty(), Optional.empty());

  private static String chosen(Optional<URI> master, Optional<URI> endpoint) throws Exception {
    ApiServerOptions options = new ApiServerOptions(Optional.empty(), master, endpoint);
    try (ApiClient client = ApiServer.connect(options, Map.of(), address -> {})) {
      return client.server().toString();
    }
  }

  @Test
  void prefersTheControlPlaneEndpointWhenItAnswers() throws Exception {
    try (LocalApiServer server = new LocalApiServer(0)) {
      String url = "http://127.0.0.1:" + server.port();
      assertThat(chosen(NOBODY, Optional.of(URI.create(url)))).isEqualTo(url + "/");
    }
  }

  @Test
  void fallsBackWhenTheEndpointDoesNotAnswer() throws Exception {
    Optional<URI> master = Optional.of(URI.create("http://127.0.0.1:2"));
    assertThat(chosen(master, NOBODY)).isEqualTo("http://127.0.0.1:2/");
  }

  @Test
  void doesNotAskWhereThereIsNoChoice() throws Exception {
    assertThat(chosen(Optional.empty(), NOBODY)).isEqualTo("http://127.0.0.1:1/");
    assertThat(chosen(NOBODY, Optional.empty())).isEqualTo("http://127.0.0.1:1/");
  }

  private static Set<InetAddress> addresses(
      Optional<URI> master, Optional<URI> endpoint, Map<String, String> environment) {
    return ApiServer.addresses(
        new ApiServerOptions(Optional.empty(), master, endpoint), environment);
  }

  @Test
  void knowsTheAddressesWhereItMayBeWithoutLookingUpAName() {
    assertThat(
            addresses(
                Optional.of(URI.create("https://[2001:db8::1]:6443")),
                Optional.of(URI.create("https://192.0.2.1:6443")),
                Map.of("KUBERNETES_SERVICE_HOST", "10.96.0.1")))
        .containsExactlyInAnyOrder(
            IpAddresses.parse("2001:db8::1"),
            IpAddresses.parse("192.0.2.1"),
            IpAddresses.parse("10.96.0.1"));
    assertThat(
            addresses(
                Optional.of(URI.create("https://[2001:db8::1]:6443")), Optional.empty(), Map.of()))
        .containsExactly(IpAddresses.parse("2001:db8::1"));
    assertThat(
            addresses(
                Optional.of(URI.create("https://api.example.org")),
                Optional.of(URI.create("https://kind-control-plane:6443")),
                Map.of("KUBERNETES_SERVICE_HOST", "fd00::1")))
        .containsExactly(IpAddresses.parse("fd00::1"));
    assertThat(addresses(Optional.empty(), Optional.empty(), Map.of())).isEmpty();
  }

  @Test
  void saysWhatIsMissing(@TempDir Path directory) {
    ApiServerConfig config = new ApiServerConfig(directory);
    assertThatThrownBy(() -> config.read(NOTHING, Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("no API server: ");
    assertThatThrownBy(
            () -> config.read(NOTHING, Map.of("KUBERNETES_SERVICE_HOST", "10.96.0.1")).check())
        .isInstanceOf(IOException.class)
        .hasMessage("service account token " + directory.resolve("token") + " does not exist");
    Path kubeconfig = directory.resolve("config");
    ApiServerOptions options =
        new ApiServerOptions(Optional.of(kubeconfig), Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> config.read(options, Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessage("kubeconfig " + kubeconfig + " cannot be read");
  }

  @Test
  void trustsTheClustersAuthorityAndNoOther(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("token"), "secret\n");
    try (TlsHealthServer server = TlsHealthServer.start(directory.resolve("server"), "secret");
        TlsHealthServer other = TlsHealthServer.start(directory.resolve("other"), "secret")) {
      Files.copy(server.certificate(), directory.resolve("ca.crt"));
      assertThat(chosenInCluster(directory, server.url())).isEqualTo(server.url() + "/");
      assertThat(chosenInCluster(directory, other.url())).isEqualTo("https://127.0.0.1:1/");
    }
  }

  private static String chosenInCluster(Path serviceAccount, String endpoint) throws Exception {
    Map<String, String> environment =
        Map.of("KUBERNETES_SERVICE_HOST", "127.0.0.1", "KUBERNETES_SERVICE_PORT", "1");
    ApiServerOptions options =
        new ApiServerOptions(Optional.empty(), Optional.empty(), Optional.of(URI.create(endpoint)));
    try (ApiClient client =
        ApiServer.connect(
            new ApiServerConfig(serviceAccount), options, environment, address -> {})) {
      return client.server().toString();
    }
  }
}
