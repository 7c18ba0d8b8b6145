package io.kindnet.kindnetd;

/** A flag or environment variable that cannot be used; names it, its value and the reason. */
public final class BadValueException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private BadValueException(String message, Throwable cause) {
    super(message, cause);
  }

  static BadValueException ofFlag(String name, String value, RuntimeException reason) {
    return new BadValueException(
        "invalid value \"" + value + "\" for flag -" + name + ": " + reason.getMessage(), reason);
  }

  static BadValueException ofVariable(String name, String value, RuntimeException reason) {
    return new BadValueException(
        "invalid value \""
            + value
            + "\" of environment variable "
            + name
            + ": "
            + reason.getMessage(),
        reason);
  }
}
