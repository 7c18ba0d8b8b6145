package io.kindnet.netlink.wire;

/** Sees what goes over a socket: for tests, counters and traces. */
@FunctionalInterface
public interface MessageListener {
  /**
   * One datagram went over the socket.
   *
   * @param direction {@code sent} or {@code received}
   * @param bytes a copy of it
   */
  void datagram(String direction, byte[] bytes);
}
