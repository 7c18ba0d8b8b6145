package io.kindnet.kindnetd.networkpolicy.explain;

/** A question that has no answer; the message names what is not there. */
public final class ExplainException extends Exception {
  private static final long serialVersionUID = 1L;

  ExplainException(String message) {
    super(message);
  }
}
