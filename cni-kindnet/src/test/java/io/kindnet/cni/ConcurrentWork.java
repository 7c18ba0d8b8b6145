package io.kindnet.cni;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Work on many threads that begin together. */
final class ConcurrentWork {
  private ConcurrentWork() {}

  /** The results of {@code work} for 0 to {@code times - 1}, in this order. */
  static <T> List<T> times(int times, IntFunction<T> work) throws Exception {
    List<Callable<T>> all = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      int number = i;
      all.add(() -> work.apply(number));
    }
    return all(all);
  }

  /** The results of {@code work}, in its order. */
  static <T> List<T> all(List<Callable<T>> work) throws Exception {
    CyclicBarrier together = new CyclicBarrier(work.size());
    List<Future<T>> futures = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(work.size())) {
      for (Callable<T> each : work) {
        futures.add(
            threads.submit(() -> {
              together.await();
              return each.call();
            }));
      }
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(future.get());
    }
    return results;
  }
}
