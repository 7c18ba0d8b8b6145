package io.kindnet.kindnetd.cluster.policies;

/** A field of a policy that cannot be followed; the message names the field and the reason. */
final class UnreadableFieldException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String text;

  /**
   * @param path such as {@code spec.ingress[0].from[1]}
   */
  UnreadableFieldException(String path, String reason) {
    String message = path + ": " + reason;
    super(message);
    this.text = message;
  }

  /** The message. */
  String text() {
    return text;
  }
}
