package io.kindnet.kindnetd.kube.credentials;

import java.io.IOException;
import java.util.Optional;

/** Who asks the API server, as far as that may change while the program runs. */
interface Credentials {
  /**
   * The value of the header {@code Authorization} for a request that is sent now.
   *
   * @throws IOException naming the file or program that fails, and why
   */
  Optional<String> authorization() throws IOException;

  /**
   * The settings for a connection that is made now.
   *
   * @throws IOException naming the file or program that fails, and why
   */
  TlsSettings tls() throws IOException;

  /** The API server has refused them (401): they are read again before they are used again. */
  void invalidate();
}
