package io.kindnet.kindnetd.install;

import io.kindnet.netlink.libc.AdvisoryLock;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One at a time changes the versions on a host, be it an init container or an agent. */
final class InstallLock {
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** What is done with the lock. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  /** What is done with the lock, without a result. */
  @FunctionalInterface
  interface Task {
    void run() throws IOException;
  }

  private InstallLock() {}

  /**
   * Makes the directory of the versions if need be, waits until nobody else has it locked, and does
   * {@code work}.
   *
   * @throws IOException naming the directory, also when {@code busyTimeout} ends
   */
  static <T> T holding(BinDirectory directory, Duration busyTimeout, Work<T> work)
      throws IOException {
    AdvisoryLock lock = take(directory, busyTimeout);
    try {
      return work.run();
    } finally {
      lock.close();
    }
  }

  /** Does {@code task} unless somebody else has the lock, or there is nothing to lock. */
  static void unlessBusy(BinDirectory directory, Task task) throws IOException {
    AdvisoryLock lock = tryTake(directory.versions());
    if (lock != null) {
      try {
        task.run();
      } finally {
        lock.close();
      }
    }
  }

  private static AdvisoryLock take(BinDirectory directory, Duration busyTimeout)
      throws IOException {
    long deadline = System.nanoTime() + busyTimeout.toNanos();
    while (true) {
      Files.createDirectories(directory.versions());
      AdvisoryLock lock = tryTake(directory.versions());
      if (lock != null) {
        return lock;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(
            directory.versions()
                + ": another installation has not ended for "
                + busyTimeout.toSeconds()
                + " s");
      }
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  /**
   * A directory that was removed meanwhile, and maybe made again, is not the one that was locked.
   */
  private static @Nullable AdvisoryLock tryTake(Path directory) throws IOException {
    try {
      Object before = key(directory);
      AdvisoryLock lock = AdvisoryLock.tryExclusive(directory.toString());
      if (lock != null && !before.equals(keyOrNothing(directory))) {
        lock.close();
        return null;
      }
      return lock;
    } catch (NoSuchFileException gone) {
      return null;
    } catch (KernelException refused) {
      if (refused.errno() == Errno.ENOENT) {
        return null;
      }
      throw new IOException(refused.getMessage(), refused);
    }
  }

  private static Object keyOrNothing(Path directory) throws IOException {
    try {
      return key(directory);
    } catch (NoSuchFileException gone) {
      return "nothing";
    }
  }

  private static Object key(Path directory) throws IOException {
    return Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
  }
}
