package io.kindnet.netlink.libc;

import java.net.InetSocketAddress;

/**
 * Opens sockets that are bound to addresses of others ({@code IP_TRANSPARENT}, ip(7)), which takes
 * {@code CAP_NET_ADMIN}: packets to those addresses have to be brought to them, and what they send
 * comes from there.
 */
final class TransparentSockets {
  static final int SOCK_STREAM = 1;
  static final int SOCK_DGRAM = 2;
  static final int SOCK_RAW = 3;
  static final int IPPROTO_UDP = 17;

  private static final int SOCK_NONBLOCK = 0x800; // asm-generic/fcntl.h
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1; // asm-generic/socket.h
  private static final int SO_REUSEADDR = 2;
  private static final int SO_MARK = 36;
  private static final int SOL_IP = 0; // linux/in.h
  private static final int IP_TRANSPARENT = 19;
  private static final int SOL_IPV6 = 41; // linux/in6.h
  private static final int IPV6_V6ONLY = 26;
  private static final int IPV6_TRANSPARENT = 75;

  private TransparentSockets() {}

  /**
   * Opens one in the network namespace of the calling thread.
   *
   * @param type {@code SOCK_STREAM}, which does not wait then, {@code SOCK_DGRAM}, or {@code
   *     SOCK_RAW} for UDP with headers of its own
   * @param mark that its packets have; 0 for none
   * @param name what the message of an error calls it
   * @throws KernelException {@code EADDRINUSE} if a socket is bound to the address already
   */
  static Fd bind(int type, InetSocketAddress address, int mark, String name) {
    int family = SocketAddresses.family(address.getAddress());
    int kind = type | SOCK_CLOEXEC | (type == SOCK_STREAM ? SOCK_NONBLOCK : 0);
    int protocol = type == SOCK_RAW ? IPPROTO_UDP : 0;
    Fd socket = new Fd(SystemCalls.check(Libc.socket(family, kind, protocol), "open " + name));
    byte[] bytes = SocketAddresses.of(address);
    try (Memory memory = Memory.ofSize(bytes.length)) {
      if (type == SOCK_STREAM) {
        // connections of an earlier process may still be there
        option(socket, SOL_SOCKET, SO_REUSEADDR, 1, name);
      }
      if (family == SocketAddresses.AF_INET) {
        option(socket, SOL_IP, IP_TRANSPARENT, 1, name);
      } else {
        if (type != SOCK_RAW) {
          // which has no IPv4 anyway, and does not know the option
          option(socket, SOL_IPV6, IPV6_V6ONLY, 1, name);
        }
        option(socket, SOL_IPV6, IPV6_TRANSPARENT, 1, name);
      }
      if (mark != 0) {
        option(socket, SOL_SOCKET, SO_MARK, mark, name);
      }
      memory.put(0, bytes, 0, bytes.length);
      SystemCalls.check(Libc.bind(socket.number(), memory, bytes.length), "bind " + name);
      return socket;
    } catch (KernelException refused) {
      socket.close();
      throw refused;
    }
  }

  static void option(Fd socket, int level, int option, int value, String name) {
    try (Memory memory = Memory.ofSize(Integer.BYTES)) {
      memory.putInt(0, value);
      int result = Libc.setsockopt(socket.number(), level, option, memory, Integer.BYTES);
      SystemCalls.check(result, "set option " + option + " of " + name);
    }
  }
}
