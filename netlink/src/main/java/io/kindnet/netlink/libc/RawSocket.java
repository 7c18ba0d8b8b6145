package io.kindnet.netlink.libc;

/**
 * A raw socket, which sends and receives nothing: parts of the kernel that are older than netlink
 * answer by its options.
 */
public final class RawSocket implements AutoCloseable {
  private static final int SOCK_RAW = 3;
  private static final int SOCK_CLOEXEC = 0x80000; // asm-generic/fcntl.h
  private static final int IPPROTO_RAW = 255; // linux/in.h

  private final Fd socket;

  private RawSocket(Fd socket) {
    this.socket = socket;
  }

  /**
   * Opens one in the network namespace of the calling thread.
   *
   * @param domain {@code AF_INET} or {@code AF_INET6}
   * @throws KernelException {@code EPERM} without {@code CAP_NET_RAW}
   */
  public static RawSocket open(int domain) {
    int fd = Libc.socket(domain, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    return new RawSocket(new Fd(SystemCalls.check(fd, "open a raw socket")));
  }

  /**
   * Reads an option whose value is a question before the call and the answer after it.
   *
   * @param level such as {@code IPPROTO_IP}
   * @param value as long as the answer
   * @param what is being done, for the message of an error
   * @return the answer, as long as {@code value} at most
   */
  public byte[] option(int level, int option, byte[] value, String what) {
    try (Memory memory = Memory.ofSize(value.length);
        Memory size = Memory.ofSize(Integer.BYTES)) {
      memory.put(0, value, 0, value.length);
      size.putInt(0, value.length);
      SystemCalls.check(ServerLibc.getsockopt(socket.number(), level, option, memory, size), what);
      byte[] answer = new byte[Math.min(size.getInt(0), value.length)];
      memory.get(0, answer, 0, answer.length);
      return answer;
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
