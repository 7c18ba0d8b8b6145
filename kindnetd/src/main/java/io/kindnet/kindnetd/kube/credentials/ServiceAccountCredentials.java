package io.kindnet.kindnetd.kube.credentials;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Those of a pod's service account; the kubelet replaces the files from time to time. */
final class ServiceAccountCredentials implements Credentials {
  private final CredentialSource token;
  private final TlsSettings tls;

  /**
   * @param directory with {@code token} and {@code ca.crt}
   */
  ServiceAccountCredentials(Path directory) {
    token = CredentialSource.file("service account token", directory.resolve("token"));
    tls =
        new TlsSettings(
            Optional.of(
                CredentialSource.file("certificate authority", directory.resolve("ca.crt"))),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            /* insecure= */ false);
  }

  @Override
  public Optional<String> authorization() throws IOException {
    return Optional.of("Bearer " + token.read().strip());
  }

  @Override
  public TlsSettings tls() {
    return tls;
  }

  /** Nothing is kept. */
  @Override
  public void invalidate() {}
}
