package io.kindnet.netlink.libc;

/** Files that are needed as descriptors. */
public final class FileOpener {
  private static final int O_RDONLY = 0;
  private static final int O_CLOEXEC = 0x80000; // asm-generic/fcntl.h

  private FileOpener() {}

  /**
   * Opens {@code path} for reading.
   *
   * @throws KernelException naming the path
   */
  public static Fd openForReading(String path) {
    return openForReading(path, path);
  }

  /**
   * As {@link #openForReading(String)}, for a file that people know by another name.
   *
   * @throws KernelException naming {@code name}
   */
  public static Fd openForReading(String path, String name) {
    try (Memory file = Memory.ofString(path)) {
      int flags = O_RDONLY | O_CLOEXEC;
      return new Fd(SystemCalls.check(Libc.open(file, flags, 0), "open " + name));
    }
  }

  /**
   * Opens {@code path} for reading as a process would whose root directory is {@code root}:
   * absolute symbolic links on the way lead into that root, and {@code ..} does not leave it
   * ({@code openat2(2)} with {@code RESOLVE_IN_ROOT}).
   *
   * <p>The kernel refuses links below {@code /proc/PID} that are no paths, such as {@code
   * /proc/7/ns/net} and {@code /proc/7/root}, in that mode; they are followed all the same, also at
   * the end of symbolic links. So this finds files where another process has them; it does not
   * confine anybody.
   *
   * @param root a directory, open in any mode, also with {@code O_PATH}
   * @param path where the file is, seen from {@code root}
   * @throws KernelException naming the path
   */
  public static Fd openInRoot(Fd root, String path) {
    return new RootDirectory(root, path).open();
  }
}
