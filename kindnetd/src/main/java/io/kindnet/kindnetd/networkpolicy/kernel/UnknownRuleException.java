package io.kindnet.kindnetd.networkpolicy.kernel;

/** A rule that is not understood; the message names its chain and what is in it. */
public final class UnknownRuleException extends Exception {
  private static final long serialVersionUID = 1L;

  UnknownRuleException(String message) {
    super(message);
  }
}
