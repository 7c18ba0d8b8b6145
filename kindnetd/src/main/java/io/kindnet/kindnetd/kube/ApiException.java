package io.kindnet.kindnetd.kube;

import java.io.IOException;
import java.net.HttpURLConnection;

/** The API server answered, and it was a refusal. */
final class ApiException extends IOException {
  private static final long serialVersionUID = 1;

  private final int code;

  /**
   * @param code as in HTTP
   * @param message the server's words, empty if it has none
   */
  ApiException(int code, String message) {
    super("status " + code + (message.isEmpty() ? "" : ": " + message));
    this.code = code;
  }

  /** What was asked about is too long ago: an outdated version, or page of a list. */
  boolean isGone() {
    return code == HttpURLConnection.HTTP_GONE;
  }
}
