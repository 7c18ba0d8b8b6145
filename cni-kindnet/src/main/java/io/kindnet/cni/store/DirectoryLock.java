package io.kindnet.cni.store;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.libc.AdvisoryLock;
import io.kindnet.netlink.libc.KernelException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The lock on the directory of the file. Every call has it together with others while it has the
 * file open; who sets a damaged file aside has it alone, so that no call goes on writing into a
 * file that nobody will read any more.
 */
final class DirectoryLock implements AutoCloseable {
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final AdvisoryLock lock;

  private DirectoryLock(AdvisoryLock lock) {
    this.lock = lock;
  }

  /** Waits until nobody has it alone. */
  static DirectoryLock shared(Path file, BusyTimeout busyTimeout) throws CniException {
    return take(file, busyTimeout, false);
  }

  /** Waits until nobody has it. */
  static DirectoryLock exclusive(Path file, BusyTimeout busyTimeout) throws CniException {
    return take(file, busyTimeout, true);
  }

  private static DirectoryLock take(Path file, BusyTimeout busyTimeout, boolean alone)
      throws CniException {
    String directory = String.valueOf(file.toAbsolutePath().getParent());
    long deadline = busyTimeout.deadline();
    while (true) {
      AdvisoryLock lock = tryTake(file, directory, alone);
      if (lock != null) {
        return new DirectoryLock(lock);
      }
      if (System.nanoTime() - deadline > 0) {
        throw new CniException(
            CniErrorCode.TRY_AGAIN_LATER,
            "database "
                + file
                + ": waited "
                + busyTimeout
                + (alone ? " for other calls to end" : " for another call to set it aside"));
      }
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  private static @Nullable AdvisoryLock tryTake(Path file, String directory, boolean alone)
      throws CniException {
    try {
      return alone ? AdvisoryLock.tryExclusive(directory) : AdvisoryLock.tryShared(directory);
    } catch (KernelException refused) {
      throw new CniException(
          CniErrorCode.IO_FAILURE, "database " + file + ": " + refused.getMessage(), refused);
    }
  }

  @Override
  public void close() {
    lock.close();
  }
}
