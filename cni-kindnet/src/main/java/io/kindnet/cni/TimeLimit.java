package io.kindnet.cni;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Work that nobody waits for longer than for a limit, even if the disk or the kernel hangs. */
final class TimeLimit {
  private TimeLimit() {}

  /**
   * Runs {@code work} on a thread of its own, in the network namespace of the calling thread.
   *
   * @param otherwise what is returned if it takes longer than {@code limit}; the work goes on then,
   *     unobserved
   * @throws ExecutionException with what {@code work} threw as its cause
   */
  static <T> T within(Duration limit, Callable<T> work, T otherwise) throws ExecutionException {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "limited");
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      return otherwise;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return otherwise;
    }
  }
}
