package io.kindnet.cni.protocol;

import java.io.Serial;

/**
 * What a verb could not do, in the parts of a CNI error object. The message names the thing and the
 * reason and is meant for whoever reads the events of a pod.
 */
public final class CniException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final CniErrorCode code;

  /** An error that was found here. */
  public CniException(CniErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  /** An error that something below threw; {@code message} already says what that was. */
  public CniException(CniErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** What kind of error it is. */
  public CniErrorCode code() {
    return code;
  }

  /** The message, never null. */
  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? code.name() : message;
  }
}
