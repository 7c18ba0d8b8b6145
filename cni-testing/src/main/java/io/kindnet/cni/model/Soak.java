package io.kindnet.cni.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * {@code make soak}: random churn for a long time, by several processes of the real plugin at once,
 * some of them killed. Now and then everybody pauses, and the node is compared with the model; once
 * a minute all pods are removed besides, and there must be as much on the node as the first time.
 */
public final class Soak {
  private static final int WORKERS = 4;
  private static final int KILL_PERCENT = 6;
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(12);

  /** What the state directory may need: SQLite keeps the space of rows that are gone. */
  private static final long MAX_BYTES = 6L << 20;

  /** The kernel tracks what it sends by itself for some minutes, to tell others of groups. */
  private static final long MAX_FLOWS = 200;

  private final SoakNode soak;
  private final Path dataDir;
  private final SoakWorker.Counts counts = new SoakWorker.Counts();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicBoolean ending = new AtomicBoolean();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final CountDownLatch failed = new CountDownLatch(1);
  private final List<Thread> workers = new ArrayList<>();
  private @Nullable ResourceCounts first;

  private Soak(Path program, Path dataDir, long seed) {
    this.dataDir = dataDir;
    soak = new SoakNode(dataDir, program, KILL_PERCENT, Operations.SETTINGS.getFirst());
    for (int number = 0; number < WORKERS; number++) {
      int container = number * Operations.CONTAINERS;
      for (int each = 0; each < Operations.CONTAINERS; each++) {
        soak.node.makeNamespace(container + each);
      }
      Operations operations = new Operations(seed + number, container);
      SoakWorker worker = new SoakWorker(soak, operations, counts, stop);
      Thread thread = new Thread(worker, "worker " + number);
      thread.setUncaughtExceptionHandler((t, problem) -> fail(problem));
      workers.add(thread);
    }
  }

  /**
   * Soaks.
   *
   * @param arguments the directory {@code dist/cni}, minutes, and if wanted the seed
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path program = Path.of(arguments[0], "bin", "cni-kindnet").toAbsolutePath();
    int minutes = Integer.parseInt(arguments[1]);
    long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : System.nanoTime();
    System.out.printf("soak for %d minutes with seed %d%n", minutes, seed);
    Path dataDir = Files.createTempDirectory("kindnet-soak");
    Soak soak = new Soak(program, dataDir, seed);
    // also on Ctrl-C nothing is left behind
    Thread cleaner = new Thread(soak::end, "cleaner");
    Runtime.getRuntime().addShutdownHook(cleaner);
    System.exit(soak.run(minutes) ? 0 : 1);
  }

  private boolean run(int minutes) throws InterruptedException {
    long begin = System.nanoTime();
    workers.forEach(Thread::start);
    int minute = 1;
    while (minute <= minutes) {
      boolean brokenOff = failed.await(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
      boolean isOver = System.nanoTime() - begin >= TimeUnit.MINUTES.toNanos(minute);
      if (!brokenOff && !stop.get()) {
        look(isOver ? "minute " + minute : "");
      }
      if (isOver) {
        minute++;
      }
      Throwable problem = failure.get();
      if (problem != null) {
        report(problem);
        return false;
      }
    }
    System.out.printf("PASS: after %d minutes there is nothing more than after one%n", minutes);
    return true;
  }

  /** Compares; with a {@code title} also without any pod, and tells about it. */
  private void look(String title) {
    soak.pause.writeLock().lock();
    try {
      int pods = soak.pods();
      soak.settle(false);
      soak.compare(Operations.ranges());
      if (!title.isEmpty()) {
        soak.settle(true);
        soak.deleteShared();
        soak.compare(Operations.ranges());
        ResourceCounts now = ResourceCounts.of(soak.node.host(), dataDir);
        System.out.printf(
            "%s: %d calls (%d killed, %d refused), %d acts of others, %d pods; without them %s%n",
            title,
            counts.calls().sumThenReset(),
            counts.killed().sumThenReset(),
            counts.refused().sumThenReset(),
            counts.actsOfOthers().sumThenReset(),
            pods,
            now);
        requireNoGrowth(now);
      }
    } catch (AssertionError | RuntimeException problem) {
      fail(problem);
    } finally {
      soak.pause.writeLock().unlock();
    }
  }

  private void requireNoGrowth(ResourceCounts now) {
    ResourceCounts before = first;
    if (before == null) {
      first = now;
    } else if (!now.isLike(before)) {
      throw new AssertionError("without pods there is now " + now + ", at first " + before);
    }
    if (now.flows() > MAX_FLOWS) {
      throw new AssertionError("connection tracking grows: " + now);
    }
    if (now.files() > 3 || now.bytes() > MAX_BYTES) {
      throw new AssertionError("the state directory grows: " + now);
    }
  }

  private void fail(Throwable problem) {
    // what fails while all is removed is none
    if (!ending.get()) {
      failure.compareAndSet(null, problem);
    }
    stop.set(true);
    failed.countDown();
  }

  private void report(Throwable problem) {
    System.out.println("the last that happened:");
    soak.history().forEach(line -> System.out.println("  " + line));
    System.out.println("FAIL: " + problem);
    problem.printStackTrace(System.out);
  }

  /** Ends the workers and waits for who looks at the node, then removes all that was made. */
  private void end() {
    ending.set(true);
    stop.set(true);
    for (Thread worker : workers) {
      try {
        worker.join();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    soak.pause.writeLock().lock();
    soak.close();
    Sequence.delete(dataDir);
  }
}
