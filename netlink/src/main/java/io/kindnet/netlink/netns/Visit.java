package io.kindnet.netlink.netns;

import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.FileOpener;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.Namespaces;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Work that begins by entering a network namespace, on a thread that does nothing else meanwhile
 * and is back in the process's own namespace before the work counts as done. Then it waits a moment
 * for the next visit: to make a thread and to end it takes longer than most of what is done inside.
 * One that cannot go back ends instead.
 */
final class Visit<T> implements Runnable {
  private static final String HOME = "/proc/self/ns/net";

  /** The visits of one call follow each other within milliseconds. */
  private static final long IDLE_MILLIS = 1000;

  private static final ThreadPoolExecutor THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_MILLIS,
          TimeUnit.MILLISECONDS,
          new SynchronousQueue<>(),
          Visit::newThread);

  private final FutureTask<T> work;
  private boolean home;

  private Visit(Callable<T> work) {
    this.work =
        new FutureTask<>(() -> {
          try {
            return work.call();
          } finally {
            home = goHome();
          }
        });
  }

  private static Thread newThread(Runnable visits) {
    Thread thread = new Thread(visits, "netns");
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((ended, stranded) -> {});
    return thread;
  }

  /** Begins {@code work}, which enters a namespace. */
  static <T> Visit<T> begin(Callable<T> work) {
    Visit<T> visit = new Visit<>(work);
    THREADS.execute(visit);
    return visit;
  }

  @Override
  public void run() {
    work.run();
    if (!home) {
      throw new IllegalStateException("cannot leave a network namespace"); // ends the thread
    }
  }

  private static boolean goHome() {
    try (Fd own = FileOpener.openForReading(HOME)) {
      Namespaces.enterNetwork(own, HOME);
      return true;
    } catch (KernelException refused) {
      return false;
    }
  }

  /**
   * Waits for the end of the work.
   *
   * @return what it returned
   * @throws RuntimeException what it threw, unchecked as it was, checked as the cause of a {@link
   *     CompletionException}
   */
  T await() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return work.get();
        } catch (InterruptedException e) {
          // half-done work must not go on unobserved: wait for it, then tell the caller
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw unwrap(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException unwrap(@Nullable Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException unchecked ? unchecked : new CompletionException(cause);
  }
}
