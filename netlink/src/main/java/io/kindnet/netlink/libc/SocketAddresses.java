package io.kindnet.netlink.libc;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** {@code struct sockaddr_in} and {@code struct sockaddr_in6} ({@code linux/in.h, in6.h}). */
final class SocketAddresses {
  /** {@code sizeof(struct sockaddr_in6)}, the longer one. */
  static final int LONGEST = 28;

  static final int AF_INET = 2;
  static final int AF_INET6 = 10;

  private static final int PORT = 2; // in network byte order in both
  private static final int IPV4_ADDRESS = 4;
  private static final int IPV4_LENGTH = 16;
  private static final int IPV6_ADDRESS = 8;

  private SocketAddresses() {}

  static int family(InetAddress address) {
    return address.getAddress().length == 4 ? AF_INET : AF_INET6;
  }

  static byte[] of(InetSocketAddress socketAddress) {
    byte[] address = socketAddress.getAddress().getAddress();
    boolean isIpv4 = address.length == 4;
    ByteBuffer bytes =
        ByteBuffer.allocate(isIpv4 ? IPV4_LENGTH : LONGEST).order(ByteOrder.nativeOrder());
    bytes.putShort(0, (short) (isIpv4 ? AF_INET : AF_INET6));
    bytes.put(PORT, (byte) (socketAddress.getPort() >> 8));
    bytes.put(PORT + 1, (byte) socketAddress.getPort());
    bytes.put(isIpv4 ? IPV4_ADDRESS : IPV6_ADDRESS, address);
    return bytes.array();
  }

  /** Reads the one that begins at {@code offset}. */
  static InetSocketAddress read(ByteBuffer bytes, int offset) {
    boolean isIpv4 = bytes.getShort(offset) == AF_INET;
    byte[] address = new byte[isIpv4 ? 4 : 16];
    bytes.get(offset + (isIpv4 ? IPV4_ADDRESS : IPV6_ADDRESS), address);
    int port = (bytes.get(offset + PORT) & 0xff) << 8 | (bytes.get(offset + PORT + 1) & 0xff);
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), port);
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible); // only by another length
    }
  }
}
