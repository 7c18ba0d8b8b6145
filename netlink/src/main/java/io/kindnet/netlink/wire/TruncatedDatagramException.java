package io.kindnet.netlink.wire;

/** A datagram was larger than the buffer, which has grown since: ask again. */
final class TruncatedDatagramException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TruncatedDatagramException() {
    super("a datagram was larger than the receive buffer");
  }
}
