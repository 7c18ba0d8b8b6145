package io.kindnet.kindnetd.cni;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the database open while calls follow each other: whoever closes it last writes its log back
 * and waits for the disk, twice, and pods start when disks are busy. Never for long, since a
 * damaged file can only be set aside when nobody has it open.
 */
final class DatabaseKeeper implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private static final Duration IDLE = Duration.ofSeconds(1);

  private @Nullable Store store;
  private long opened;
  private long used;
  private boolean closed;

  DatabaseKeeper() {
    Thread thread = new Thread(this::letGo, "cni-database");
    thread.setDaemon(true);
    thread.start();
  }

  /** A call has used {@code file}, and others may follow. */
  synchronized void used(Path file) {
    used = System.nanoTime();
    if (store != null || closed) {
      return;
    }
    try {
      store = Store.open(file);
      opened = used;
      notifyAll();
    } catch (CniException unusable) {
      // the next call says so
    }
  }

  private synchronized void letGo() {
    try {
      while (!closed) {
        long end = Math.min(used + IDLE.toNanos(), opened + LONGEST.toNanos());
        long left = end - System.nanoTime();
        if (store == null) {
          wait();
        } else if (left > 0) {
          TimeUnit.NANOSECONDS.timedWait(this, left);
        } else {
          release();
        }
      }
    } catch (InterruptedException never) {
      release();
    }
  }

  private void release() {
    if (store != null) {
      store.close();
      store = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
    release();
  }
}
