package io.kindnet.netlink.wire;

/** Bytes that are no netlink message or attribute: cut short, or with a length that cannot be. */
public final class MalformedMessageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong with which part. */
  public MalformedMessageException(String message) {
    super(message);
  }
}
