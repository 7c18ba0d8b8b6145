package io.kindnet.controller.daemonset;

/** A spec that no agent can be started with; the message says why, for who wrote it. */
public final class InvalidSpecException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidSpecException(String message) {
    super(message);
  }

  InvalidSpecException(String message, Throwable cause) {
    super(message, cause);
  }
}
