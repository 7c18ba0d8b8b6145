package io.kindnet.kindnetd.conntrack;

/** Names of transport protocols. */
final class Protocols {
  private Protocols() {}

  /** Such as {@code tcp}; the number of one that has no name here, as in the original. */
  static String name(int protocol) {
    return switch (protocol) {
      case 6 -> "tcp";
      case 17 -> "udp";
      case 132 -> "sctp";
      default -> Integer.toString(protocol);
    };
  }
}
