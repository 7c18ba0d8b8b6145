package io.kindnet.e2e.cluster;

/** What a cluster is to be made of is not there, or nobody said where. */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SettingsException(String message) {
    super(message);
  }
}
