package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.Store;
import io.kindnet.cni.store.StoreProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the database open while calls follow each other, and lets each call use what an earlier one
 * has opened. Opening reads the whole schema, and whoever closes the file last writes its log back
 * and waits for the disk, twice; pods start when disks are busy. Never for long, since a damaged
 * file can only be set aside when nobody has it open.
 */
final class StorePool implements StoreProvider, AutoCloseable {
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private static final Duration IDLE = Duration.ofSeconds(1);

  private final int most;
  private final long idle;
  private final long longest;
  private final Thread closer = new Thread(this::closeUnwanted, "cni-database");

  /** Last used, first. */
  private final Deque<Store> kept = new ArrayDeque<>();

  private final List<Store> unwanted = new ArrayList<>();

  /** What was opened before is not kept. */
  private long begin = System.nanoTime();

  private long used = begin;
  private int workingAlone;
  private boolean closed;

  /**
   * @param most how many connections to keep open at most
   */
  StorePool(int most) {
    this(most, IDLE, LONGEST);
  }

  /**
   * @param most how many connections to keep open at most
   * @param idle how long to keep them while no call comes
   * @param longest how long to keep them however many calls come
   */
  StorePool(int most, Duration idle, Duration longest) {
    this.most = most;
    this.idle = idle.toNanos();
    this.longest = longest.toNanos();
    closer.setDaemon(true);
    closer.start();
  }

  @Override
  public Store open(Path file, BusyTimeout busyTimeout, Store.Seeder seeder) throws CniException {
    Store store = takeKept(file, busyTimeout);
    while (store != null) {
      try {
        if (store.renew(seeder)) {
          return store;
        }
      } catch (CniException | RuntimeException unusable) {
        store.close();
        throw unusable;
      }
      drop(store);
      store = takeKept(file, busyTimeout);
    }
    return Store.open(file, busyTimeout, seeder);
  }

  /** All of them are too old at the same time, so that the file is closed for a moment. */
  private synchronized @Nullable Store takeKept(Path file, BusyTimeout busyTimeout) {
    if (System.nanoTime() - begin > longest) {
      dropKept();
      begin = System.nanoTime();
    }
    for (Iterator<Store> stores = kept.iterator(); stores.hasNext(); ) {
      Store store = stores.next();
      if (store.isOf(file, busyTimeout)) {
        stores.remove();
        return store;
      }
    }
    return null;
  }

  @Override
  public void giveBack(Store store, boolean usable) {
    if (usable) {
      keep(store);
    } else {
      store.close();
    }
  }

  private synchronized void keep(Store store) {
    used = System.nanoTime();
    boolean young = store.openedNanos() - begin >= 0 && used - begin < longest;
    if (young && workingAlone == 0 && kept.size() < most && !closed) {
      kept.push(store);
      notifyAll();
    } else {
      drop(store);
    }
  }

  /** Has it closed, but not by the call: to be the last one takes time. */
  private synchronized void drop(Store store) {
    if (closed) {
      store.close();
    } else {
      unwanted.add(store);
      notifyAll();
    }
  }

  @Override
  public <T> T runExclusive(Store.Work<T> work) throws CniException {
    workAlone(1);
    try {
      closeAll(takeUnwanted());
      return work.run();
    } finally {
      workAlone(-1);
    }
  }

  private synchronized void workAlone(int more) {
    workingAlone += more;
    begin = System.nanoTime();
    dropKept();
  }

  private void dropKept() {
    unwanted.addAll(kept);
    kept.clear();
    notifyAll();
  }

  private synchronized List<Store> takeUnwanted() {
    List<Store> taken = List.copyOf(unwanted);
    unwanted.clear();
    return taken;
  }

  private static void closeAll(List<Store> stores) {
    for (Store store : stores) {
      store.close();
    }
  }

  private void closeUnwanted() {
    try {
      while (awaitUnwanted()) {
        closeAll(takeUnwanted());
      }
    } catch (InterruptedException never) {
      letGo();
    }
  }

  private synchronized boolean awaitUnwanted() throws InterruptedException {
    while (!closed && unwanted.isEmpty()) {
      long end = Math.min(used + idle, begin + longest);
      long left = end - System.nanoTime();
      if (kept.isEmpty()) {
        wait();
      } else if (left > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } else {
        dropKept();
      }
    }
    return !closed;
  }

  private void letGo() {
    synchronized (this) {
      closed = true;
      dropKept();
    }
    closeAll(takeUnwanted());
  }

  @Override
  public void close() {
    letGo();
    UninterruptedWait.until(closer::join);
  }
}
