package io.kindnet.netlink.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** {@code struct sockaddr_nl}. */
final class NetlinkAddress {
  static final int AF_NETLINK = 16;

  private static final int LENGTH = 12;

  private NetlinkAddress() {}

  /** The address with port 0: the kernel as a destination, any port to bind to. */
  static byte[] any() {
    byte[] bytes = new byte[LENGTH];
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putShort((short) AF_NETLINK);
    return bytes;
  }

  /** Whether {@code source} is the kernel: other processes may send to a netlink socket too. */
  static boolean isKernel(ByteBuffer source) {
    return source.remaining() >= LENGTH && portId(source) == 0;
  }

  static int portId(ByteBuffer address) {
    return address.getInt(address.position() + 4);
  }
}
