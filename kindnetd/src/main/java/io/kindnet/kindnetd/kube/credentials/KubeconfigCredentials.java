package io.kindnet.kindnetd.kube.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.AuthProviderConfig;
import io.fabric8.kubernetes.api.model.Cluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Those of a kubeconfig. Files that it names are read when they are used; the kubeconfig itself,
 * and what a credential plugin has printed, again after the API server has refused them.
 */
final class KubeconfigCredentials implements Credentials {
  private static final List<String> AUTH_PROVIDER_TOKENS = List.of("id-token", "access-token");

  private final Path file;
  private Kubeconfig kubeconfig;
  private boolean outdated;
  private @Nullable ExecCredential executed;

  KubeconfigCredentials(Kubeconfig kubeconfig) {
    this.file = kubeconfig.file();
    this.kubeconfig = kubeconfig;
  }

  /** {@code certificate-authority} or its data. */
  static Optional<CredentialSource> authorities(Kubeconfig kubeconfig) throws IOException {
    Cluster cluster = kubeconfig.cluster();
    return CredentialSource.of(
        kubeconfig.file(),
        "certificate-authority",
        cluster.getCertificateAuthorityData(),
        cluster.getCertificateAuthority());
  }

  @Override
  public synchronized void invalidate() {
    outdated = true;
    executed = null;
  }

  @Override
  public synchronized Optional<String> authorization() throws IOException {
    AuthInfo user = current().user();
    if (isPresent(user.getTokenFile())) {
      Path token = file.toAbsolutePath().resolveSibling(user.getTokenFile());
      return bearer(CredentialSource.file("tokenFile", token).read().strip());
    }
    if (isPresent(user.getToken())) {
      return bearer(user.getToken());
    }
    if (isPresent(user.getUsername())) {
      String password = user.getPassword() == null ? "" : user.getPassword();
      byte[] both = (user.getUsername() + ":" + password).getBytes(UTF_8);
      return Optional.of("Basic " + Base64.getEncoder().encodeToString(both));
    }
    if (user.getExec() != null) {
      return executed().token().flatMap(KubeconfigCredentials::bearer);
    }
    return authProviderToken(user.getAuthProvider()).flatMap(KubeconfigCredentials::bearer);
  }

  private static Optional<String> bearer(String token) {
    return Optional.of("Bearer " + token);
  }

  private static Optional<String> authProviderToken(@Nullable AuthProviderConfig provider) {
    Map<String, String> settings =
        provider == null || provider.getConfig() == null ? Map.of() : provider.getConfig();
    return AUTH_PROVIDER_TOKENS.stream()
        .map(key -> settings.getOrDefault(key, ""))
        .filter(token -> !token.isEmpty())
        .findFirst();
  }

  @Override
  public synchronized TlsSettings tls() throws IOException {
    Kubeconfig now = current();
    Cluster cluster = now.cluster();
    AuthInfo user = now.user();
    Optional<CredentialSource> certificate =
        CredentialSource.of(
            file,
            "client-certificate",
            user.getClientCertificateData(),
            user.getClientCertificate());
    Optional<CredentialSource> key =
        CredentialSource.of(file, "client-key", user.getClientKeyData(), user.getClientKey());
    if (certificate.isEmpty() && key.isEmpty() && user.getExec() != null) {
      certificate = executed().certificate();
      key = executed().key();
    }
    return new TlsSettings(
        authorities(now),
        certificate,
        key,
        Optional.ofNullable(cluster.getTlsServerName()).filter(name -> !name.isEmpty()),
        Boolean.TRUE.equals(cluster.getInsecureSkipTlsVerify()));
  }

  private Kubeconfig current() throws IOException {
    if (outdated) {
      kubeconfig = Kubeconfig.read(file);
      outdated = false;
    }
    return kubeconfig;
  }

  private ExecCredential executed() throws IOException {
    ExecCredential present = executed;
    if (present == null || !present.expiration().isAfter(Instant.now())) {
      Kubeconfig now = current();
      present = new ExecPlugin(now, now.user().getExec()).run();
      executed = present;
    }
    return present;
  }

  private static boolean isPresent(@Nullable String text) {
    return text != null && !text.isEmpty();
  }
}
