package io.kindnet.kindnetd.dnscache.wire;

/** A message breaks the rules of RFC 1035; the text says which, and at which octet. */
public final class MessageFormatException extends Exception {
  private static final long serialVersionUID = 1;

  public MessageFormatException(String message) {
    super(message);
  }
}
