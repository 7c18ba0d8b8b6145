package io.kindnet.netlink.unix;

import io.kindnet.netlink.libc.StreamSocket;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A socket that others connect to by its path. */
public final class UnixListener implements AutoCloseable {
  private static final int OWNER_READS_AND_WRITES = 0600;

  private final StreamSocket socket;

  private UnixListener(StreamSocket socket) {
    this.socket = socket;
  }

  /**
   * Makes the socket, which nobody but its owner and root can connect to from the first moment on.
   * The file stays when the socket is closed: whoever has bound the path in the meantime keeps it.
   *
   * @param path at most 107 bytes of UTF-8
   * @param backlog how many connections may wait to be accepted; the kernel caps it at {@code
   *     net.core.somaxconn}
   * @throws io.kindnet.netlink.libc.KernelException naming the path, {@code EADDRINUSE} if anything
   *     is there, a socket that nobody listens at included
   */
  public static UnixListener bind(Path path, int backlog) {
    byte[] address = UnixAddress.of(path, "listen at " + path);
    return new UnixListener(
        StreamSocket.listen(
            UnixAddress.AF_UNIX, address, OWNER_READS_AND_WRITES, backlog, path.toString()));
  }

  /**
   * The connection that has waited longest; null if none does. Never waits.
   *
   * @throws io.kindnet.netlink.libc.KernelException {@code EMFILE} or {@code ENFILE} if there is no
   *     descriptor for it: it goes on waiting, and this listener stays ready
   */
  public @Nullable UnixConnection accept() {
    StreamSocket accepted = socket.accept();
    return accepted == null ? null : new UnixConnection(accepted);
  }

  /** What to wait for. */
  public int fd() {
    return socket.number();
  }

  @Override
  public void close() {
    socket.close();
  }
}
