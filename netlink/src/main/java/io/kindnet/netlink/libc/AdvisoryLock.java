package io.kindnet.netlink.libc;

import org.jspecify.annotations.Nullable;

/**
 * A lock on a file or directory, shared or exclusive, that only those heed who ask for it, too:
 * {@code flock(2)}. Each lock is its own, also between threads of one process, and ends with the
 * process whatever happens.
 */
public final class AdvisoryLock implements AutoCloseable {
  private static final int LOCK_SH = 1; // asm-generic/fcntl.h
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;

  private final Fd fd;

  private AdvisoryLock(Fd fd) {
    this.fd = fd;
  }

  /**
   * The lock beside other shared ones; null while somebody has the exclusive one.
   *
   * @throws KernelException naming the path
   */
  public static @Nullable AdvisoryLock tryShared(String path) {
    return tryLock(path, LOCK_SH);
  }

  /**
   * The lock for oneself alone; null while anybody has it.
   *
   * @throws KernelException naming the path
   */
  public static @Nullable AdvisoryLock tryExclusive(String path) {
    return tryLock(path, LOCK_EX);
  }

  private static @Nullable AdvisoryLock tryLock(String path, int operation) {
    Fd fd = FileOpener.openForReading(path);
    if (Libc.flock(fd.number(), operation | LOCK_NB) == 0) {
      return new AdvisoryLock(fd);
    }
    Errno error = SystemCalls.lastError();
    fd.close();
    if (error == Errno.EAGAIN) {
      return null;
    }
    throw new KernelException("lock " + path, error);
  }

  @Override
  public void close() {
    fd.close();
  }
}
