package io.kindnet.netlink.libc;

/** Files that are needed as descriptors. */
public final class Files {
  private static final int O_RDONLY = 0;
  private static final int O_CLOEXEC = 0x80000; // asm-generic/fcntl.h

  private Files() {}

  /**
   * Opens {@code path} for reading.
   *
   * @throws KernelException naming the path
   */
  public static Descriptor openForReading(String path) {
    try (Memory name = Memory.ofString(path)) {
      int flags = O_RDONLY | O_CLOEXEC;
      return new Descriptor(SystemCalls.check(Libc.open(name, flags, 0), "open " + path));
    }
  }
}
