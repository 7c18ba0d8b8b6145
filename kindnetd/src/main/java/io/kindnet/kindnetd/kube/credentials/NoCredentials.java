package io.kindnet.kindnetd.kube.credentials;

import java.util.Optional;

/** For an API server that lets everybody in, as those of tests. */
final class NoCredentials implements Credentials {
  @Override
  public Optional<String> authorization() {
    return Optional.empty();
  }

  @Override
  public TlsSettings tls() {
    return TlsSettings.DEFAULT;
  }

  @Override
  public void invalidate() {}
}
