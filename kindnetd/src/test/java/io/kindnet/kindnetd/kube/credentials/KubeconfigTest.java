package io.kindnet.kindnetd.kube.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kubeconfigs with files that openssl has made, against a server that tells who asks. */
class KubeconfigTest {
  private static final String CLUSTER = "certificate-authority: ca.crt";

  private OpenSsl files;
  private WhoAmIServer server;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    files = OpenSsl.in(directory);
    files.make("server", "IP:127.0.0.1");
    server = new WhoAmIServer(files, "server");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Path kubeconfig(String url, String cluster, String user) throws IOException {
    return Files.writeString(
        files.file("config"),
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "%s", %s}}]
        users: [{name: u, user: {%s}}]
        contexts: [{name: x, context: {cluster: c, user: u}}]
        current-context: x
        """
            .formatted(url, cluster, user));
  }

  private HttpClient client(String cluster, String user) throws IOException {
    return ApiAccess.fromKubeconfig(kubeconfig(server.url(), cluster, user), Map.of())
        .client(address -> {});
  }

  private String ask(HttpClient client) throws Exception {
    return ask(client, server.url());
  }

  private static String ask(HttpClient client, String url) throws Exception {
    HttpResponse<String> response =
        client
            .sendAsync(client.newHttpRequestBuilder().uri(url).build(), String.class)
            .get(60, TimeUnit.SECONDS);
    return response.code() + " " + response.body();
  }

  private String who(String cluster, String user) throws Exception {
    try (HttpClient client = client(cluster, user)) {
      return ask(client);
    }
  }

  private void assertFails(String cluster, String user, String... message) {
    assertThatThrownBy(() -> client(cluster, user).close())
        .isInstanceOf(IOException.class)
        .message()
        .contains(message);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  /** Each with files, with both in one file as the kubelet has them, and inline. */
  @ParameterizedTest
  @CsvSource({
    "RSA PRIVATE KEY, genrsa -traditional -out client.key 2048",
    "PRIVATE KEY, genpkey -algorithm RSA -out client.key",
    "EC PARAMETERS, ecparam -name prime256v1 -genkey -out client.key",
    "EC PRIVATE KEY, ecparam -name secp384r1 -genkey -noout -out client.key",
    "PRIVATE KEY, genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out client.key",
    "PRIVATE KEY, genpkey -algorithm ED25519 -out client.key",
  })
  void readsKeysOfAllKinds(String label, String command) throws Exception {
    files.run(command);
    files.sign("client", "DNS:client");
    assertThat(files.text("client.key")).startsWith("-----BEGIN " + label + "-----");
    String expected = "200 CN=client,O=nodes -";

    assertThat(who(CLUSTER, "client-certificate: client.crt, client-key: client.key"))
        .startsWith(expected);

    Path both = files.file("kubelet-client-current.pem");
    Files.writeString(both, files.text("client.crt") + files.text("client.key"));
    assertThat(
            who(
                "certificate-authority: '" + files.file("ca.crt") + "'",
                "client-certificate: '" + both + "', client-key: '" + both + "'"))
        .startsWith(expected);

    assertThat(
            who(
                "certificate-authority-data: " + base64(files.text("ca.crt")),
                "client-certificate-data: %s, client-key-data: %s"
                    .formatted(base64(files.text("client.crt")), base64(files.text("client.key")))))
        .startsWith(expected);
  }

  @Test
  void namesTheFileAndWhatIsWrongWithIt() throws Exception {
    files.make("client", "DNS:client");
    files.make("other", "DNS:other");
    files.run("pkcs8 -topk8 -in client.key -out locked.key -passout pass:secret");
    Files.writeString(files.file("text"), "no key");
    Files.writeString(
        files.file("broken.key"), files.text("client.key").replaceFirst("\n[^-]{20}", "\n"));
    String certificate = "client-certificate: client.crt, client-key: ";

    assertFails(CLUSTER, certificate + "none.key", files.file("none.key") + " does not exist");
    assertFails(
        CLUSTER,
        certificate + "text",
        "client-key " + files.file("text"),
        "there is no private key in PEM format");
    assertFails(
        CLUSTER, certificate + "client.crt", files.file("client.crt") + ":", "only CERTIFICATE");
    assertFails(CLUSTER, certificate + "broken.key", files.file("broken.key") + ": ");
    assertFails(
        CLUSTER,
        certificate + "locked.key",
        files.file("locked.key") + ": the private key is encrypted");
    assertFails(
        CLUSTER,
        certificate + "other.key",
        files.file("other.key") + ": this is not the key of client-certificate ",
        "client.crt");
    assertFails(CLUSTER, "client-certificate: client.crt", "client.crt: there is no client key");
    assertFails(
        "certificate-authority: text", "", files.file("text") + ": there is no certificate");
    assertFails(
        CLUSTER,
        "client-certificate-data: '%', client-key-data: '%'",
        "client-certificate-data in kubeconfig " + files.file("config"));
    assertFails(CLUSTER, "tokenFile: none", "tokenFile " + files.file("none") + " does not exist");
    assertFails(
        CLUSTER + ", proxy-url: 'https://127.0.0.1:1'",
        "",
        "kubeconfig " + files.file("config"),
        "proxy-url https://127.0.0.1:1: only http and socks5");
  }

  @Test
  void namesWhatAKubeconfigLacks() throws IOException {
    Path config = files.file("config");
    Map<String, String> texts =
        Map.of(
            "{}", "it has no current-context",
            "current-context: x", "it has no context named x",
            "current-context: x\ncontexts: [{name: x, context: {cluster: c}}]",
                "it has no cluster named c",
            "current-context: [", "kubeconfig " + config + ": ");
    for (Map.Entry<String, String> text : texts.entrySet()) {
      Files.writeString(config, text.getKey());
      assertThatThrownBy(() -> ApiAccess.fromKubeconfig(config, Map.of()))
          .as(text.getKey())
          .isInstanceOf(IOException.class)
          .message()
          .contains("kubeconfig " + config, text.getValue());
    }
  }

  @Test
  void asksForTheNameOfTheServerAndChecksIt() throws Exception {
    files.make("named", "DNS:api.example.org");
    server.close();
    server = new WhoAmIServer(files, "named");
    String named = CLUSTER + ", tls-server-name: api.example.org";
    assertThat(who(named, "token: a"))
        .isEqualTo("200 - Bearer a - [type=host_name (0), value=api.example.org]");
    try (HttpClient other = client(CLUSTER + ", tls-server-name: other.example.org", "")) {
      assertThatThrownBy(() -> ask(other)).hasMessageContaining("other.example.org");
    }
    try (HttpClient unnamed = client(CLUSTER, "")) {
      assertThatThrownBy(() -> ask(unnamed)).hasMessageContaining("127.0.0.1");
    }
    assertThat(who("insecure-skip-tls-verify: true", "token: a")).startsWith("200 - Bearer a");
  }

  @Test
  void asksThroughASocksProxy() throws Exception {
    try (SocksProxy proxy = new SocksProxy(server.port())) {
      String url = "https://api.example.org:6443";
      Path config =
          kubeconfig(
              url,
              CLUSTER
                  + ", tls-server-name: 127.0.0.1, proxy-url: 'socks5://127.0.0.1:"
                  + proxy.port()
                  + "'",
              "token: a");
      try (HttpClient client = ApiAccess.fromKubeconfig(config, Map.of()).client(address -> {})) {
        assertThat(ask(client, url)).startsWith("200 - Bearer a");
      }
      assertThat(proxy.hosts()).containsExactly("api.example.org");
    }
  }

  @Test
  void asksWithPasswordAndAsSomebodyElse() throws Exception {
    assertThat(who(CLUSTER, "username: me, password: secret, as: other"))
        .startsWith("200 - Basic bWU6c2VjcmV0 other");
  }

  @Test
  void readsATokenFileForEachRequest() throws Exception {
    Files.writeString(files.file("token"), "first\n");
    try (HttpClient client = client(CLUSTER, "token: other, tokenFile: token")) {
      assertThat(ask(client)).startsWith("200 - Bearer first");
      Files.writeString(files.file("token"), "second\n");
      assertThat(ask(client)).startsWith("200 - Bearer second");
    }
  }

  @Test
  void readsTheKubeconfigAgainWhereItIsRefused() throws Exception {
    try (HttpClient client = client(CLUSTER, "token: first")) {
      assertThat(ask(client)).startsWith("200 - Bearer first");
      kubeconfig(server.url(), CLUSTER, "token: second");
      assertThat(ask(client)).startsWith("200 - Bearer first");
      server.refuse("first");
      assertThat(ask(client)).startsWith("200 - Bearer second");
      server.refuse("second");
      assertThat(ask(client)).startsWith("401 - Bearer second");
    }
  }

  /** A connection has the rights of the certificate that it was made with. */
  @Test
  void connectsAgainWithACertificateThatWasReplaced() throws Exception {
    files.make("old", "DNS:old");
    files.make("new", "DNS:new");
    Path current = files.file("current.pem");
    Files.writeString(current, files.text("old.crt") + files.text("old.key"));
    try (HttpClient client =
        client(CLUSTER, "client-certificate: current.pem, client-key: current.pem")) {
      assertThat(ask(client)).startsWith("200 CN=old,O=nodes");
      Files.writeString(current, files.text("new.crt") + files.text("new.key"));
      server.refuse("CN=old");
      assertThat(ask(client)).startsWith("200 CN=new,O=nodes");
    }
  }

  /** What the plugin prints; the shell replaces variables in it. */
  private void plugin(String status) throws IOException {
    Path plugin = files.file("plugin");
    Files.writeString(
        plugin,
        """
        #!/bin/sh
        echo "a warning" >&2
        echo "$KUBERNETES_EXEC_INFO" >>'CALLS'
        cat <<END
        {"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":STATUS}
        END
        """
            .replace("CALLS", files.file("info").toString())
            .replace("STATUS", status));
    assertThat(plugin.toFile().setExecutable(true)).isTrue();
  }

  private static String exec(String more) {
    return "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, %s}"
        .formatted(more);
  }

  @Test
  void runsACredentialPluginOnceUntilItsTokenExpiresOrIsRefused() throws Exception {
    String user =
        exec(
            "command: ./plugin, args: [a b], env: [{name: SECRET, value: \"it's\"}], provideClusterInfo: true");
    plugin("{\"token\":\"$1-$SECRET\",\"expirationTimestamp\":\"2099-01-01T00:00:00Z\"}");
    try (HttpClient client = client(CLUSTER, user)) {
      assertThat(ask(client)).startsWith("200 - Bearer a b-it's");
      plugin("{\"token\":\"second\",\"expirationTimestamp\":\"2020-01-01T00:00:00Z\"}");
      assertThat(ask(client)).startsWith("200 - Bearer a b-it's");
      assertThat(Files.readAllLines(files.file("info")))
          .singleElement()
          .asString()
          .contains(
              "\"interactive\":false",
              "\"server\":\"" + server.url(),
              base64(files.text("ca.crt")));
      server.refuse("it's");
      assertThat(ask(client)).startsWith("200 - Bearer second");
      plugin("{\"token\":\"third\"}");
      assertThat(ask(client)).startsWith("200 - Bearer third");
    }
  }

  @Test
  void takesACertificateFromACredentialPlugin() throws Exception {
    files.make("client", "DNS:client");
    plugin(
        "{\"clientCertificateData\":\"%s\",\"clientKeyData\":\"%s\"}"
            .formatted(
                files.text("client.crt").replace("\n", "\\n"),
                files.text("client.key").replace("\n", "\\n")));
    assertThat(who(CLUSTER, exec("command: " + files.file("plugin"))))
        .startsWith("200 CN=client,O=nodes -");
  }

  @Test
  void namesACredentialPluginThatFails() throws Exception {
    String where = " of kubeconfig " + files.file("config");
    assertFails(
        CLUSTER,
        exec("command: no-such-plugin, installHint: install it"),
        "credential plugin no-such-plugin" + where,
        "install it");
    assertFails(CLUSTER, exec("command: 'false'"), "credential plugin false" + where, "status 1");
    assertFails(CLUSTER, exec("command: echo"), "credential plugin echo", "not");
    plugin("{}");
    assertFails(CLUSTER, exec("command: ./plugin"), "neither a token nor a certificate");
  }
}
