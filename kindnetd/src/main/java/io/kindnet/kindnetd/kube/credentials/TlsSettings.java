package io.kindnet.kindnetd.kube.credentials;

import java.util.Optional;

/**
 * How TLS to the API server is set up.
 *
 * @param authorities the certificates to trust; those of the Java runtime if empty
 * @param certificate of the client, with its chain; empty if it has none
 * @param key of the client's certificate
 * @param serverName the name that the server's certificate must have, and that is asked for (SNI),
 *     instead of the host of the URL
 * @param insecure whether the server's certificate is not checked at all
 */
record TlsSettings(
    Optional<CredentialSource> authorities,
    Optional<CredentialSource> certificate,
    Optional<CredentialSource> key,
    Optional<String> serverName,
    boolean insecure) {
  /** Trusts the authorities of the Java runtime, and has no certificate. */
  static final TlsSettings DEFAULT =
      new TlsSettings(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);
}
