package io.kindnet.kindnetd.kube;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Duration;

/** The API server answered, and it was an error. */
public final class ApiException extends IOException {
  private static final long serialVersionUID = 2;

  private final int code;
  private final String serverMessage;
  private final Duration retryAfter;

  /**
   * @param code as in HTTP
   * @param message the server's words, empty if it has none
   */
  public ApiException(int code, String message) {
    this(code, message, Duration.ZERO);
  }

  /**
   * @param retryAfter how long not to ask again
   */
  public ApiException(int code, String message, Duration retryAfter) {
    super("status " + code + (message.isEmpty() ? "" : ": " + message));
    this.code = code;
    this.serverMessage = message;
    this.retryAfter = retryAfter;
  }

  /** The version that was asked for, or the page of a list, has expired. */
  public boolean isExpired() {
    return code == HttpURLConnection.HTTP_GONE;
  }

  /** The API server does not know what was asked for. */
  public boolean isNotFound() {
    return code == HttpURLConnection.HTTP_NOT_FOUND;
  }

  /** What was to be created is there already. */
  public boolean isConflict() {
    return code == HttpURLConnection.HTTP_CONFLICT;
  }

  /** Whoever asks lacks the right. */
  public boolean isForbidden() {
    return code == HttpURLConnection.HTTP_FORBIDDEN;
  }

  /** The version that was asked for is newer than the server's: it was set back. */
  public boolean isVersionTooLarge() {
    return code == HttpURLConnection.HTTP_GATEWAY_TIMEOUT
        && serverMessage.contains("Too large resource version");
  }

  /** The server's words alone. */
  public String serverMessage() {
    return serverMessage;
  }

  /** How long the server asks to wait before the next request; zero if it does not say. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
