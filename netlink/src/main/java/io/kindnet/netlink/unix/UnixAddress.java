package io.kindnet.netlink.unix;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A {@code struct sockaddr_un} ({@code linux/un.h}) with a path. */
final class UnixAddress {
  static final int AF_UNIX = 1;

  private static final int UNIX_PATH_MAX = 108; // with the NUL at its end

  private UnixAddress() {}

  /**
   * The address of the socket at {@code path}.
   *
   * @throws KernelException {@code ENAMETOOLONG}, or {@code ENOENT} for an empty path, which the
   *     kernel would take for a socket without a file
   */
  static byte[] of(Path path, String what) {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0) {
      throw new KernelException(what, Errno.ENOENT, "the path is empty");
    }
    if (bytes.length >= UNIX_PATH_MAX) {
      throw new KernelException(
          what,
          Errno.ENAMETOOLONG,
          bytes.length + " bytes, where a socket's path has " + (UNIX_PATH_MAX - 1) + " at most");
    }
    return ByteBuffer.allocate(Short.BYTES + bytes.length + 1)
        .order(ByteOrder.nativeOrder())
        .putShort((short) AF_UNIX)
        .put(bytes)
        .array();
  }
}
