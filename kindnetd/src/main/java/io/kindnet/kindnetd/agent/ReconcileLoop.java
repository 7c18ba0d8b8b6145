package io.kindnet.kindnetd.agent;

import io.kindnet.kindnetd.status.AgentStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an agent's work on a platform thread of its own. Requests that arrive during a pass are one
 * pass afterwards. A pass that fails is repeated after a wait that doubles, or when something new
 * is requested: what fails for one node must not keep another waiting.
 */
public final class ReconcileLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReconcileLoop.class);
  private static final Duration FIRST_DELAY = Duration.ofMillis(50);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

  /** What a pass compares the desired state with. */
  public enum Pass {
    /** What this process has put into the kernel: costs what has changed. */
    CHANGES,
    /**
     * The kernel itself: costs what exists. Each pass until one has done the whole work, one after
     * a failure, a check.
     */
    KERNEL
  }

  /** The work of an agent. */
  @FunctionalInterface
  public interface Work {
    /**
     * Brings the kernel to the desired state.
     *
     * @return what it still waits for, if the agent cannot do its part yet
     */
    Optional<String> run(Pass pass) throws Exception;
  }

  private final String name;
  private final long checkInterval;
  private final Work work;
  private final AgentStatus status;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable Pass requested;
  private boolean closed;
  // of the thread alone
  private final BackOff backOff = new BackOff(FIRST_DELAY, LONGEST_DELAY);
  private boolean done;

  /**
   * @param name the agent's, for the thread and the log
   * @param checkInterval how often a {@link Pass#KERNEL} pass runs without being asked for
   */
  public ReconcileLoop(String name, Duration checkInterval, Work work, AgentStatus status) {
    this.name = name;
    this.checkInterval = checkInterval.toNanos();
    this.work = work;
    this.status = status;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::loop);
  }

  /** Starts the thread; the first pass runs at once. */
  public void start() {
    request(Pass.KERNEL);
    thread.start();
    status.begin();
    status.dependsOn(thread);
  }

  /** Asks for a pass; a wider one asked for before stays asked for. */
  public void request(Pass pass) {
    lock.lock();
    try {
      requested = wider(requested, pass);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Lets a running pass come to its end, and ends the thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException stopHurrying) {
        interrupted = true;
        thread.interrupt();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    try {
      for (Pass pass = next(); pass != null; pass = next()) {
        pass(pass);
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for a request, the next check or the end of a back-off; null when closed. */
  private @Nullable Pass next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (backOff.failures() > 0) {
        // requests that come at once after a failure are one with it
        long first = FIRST_DELAY.toNanos();
        await(first, /* untilRequested= */ false);
        await(backOff.nanos() - first, /* untilRequested= */ true);
      } else {
        await(checkInterval, /* untilRequested= */ true);
      }
      Pass pass = !done || requested == null ? Pass.KERNEL : requested;
      requested = null;
      return closed ? null : pass;
    } finally {
      lock.unlock();
    }
  }

  private void await(long nanos, boolean untilRequested) throws InterruptedException {
    long left = nanos;
    while (!closed && left > 0 && !(untilRequested && requested != null)) {
      left = changed.awaitNanos(left);
    }
  }

  private void pass(Pass pass) throws InterruptedException {
    long start = System.nanoTime();
    try {
      Optional<String> missing = work.run(pass);
      succeeded();
      done = missing.isEmpty();
      status.passed(System.nanoTime() - start);
      missing.ifPresentOrElse(status::waiting, status::ready);
    } catch (InterruptedException ended) {
      throw ended;
    } catch (Exception failure) {
      if (backOff.failed(failure)) {
        log.warn("{}: {}; tried again until it works", name, backOff.reason());
        log.debug("{}", name, failure);
      }
      done = false;
      status.failed(System.nanoTime() - start, backOff.reason());
    }
  }

  private void succeeded() {
    if (backOff.failures() > 0) {
      log.info("{}: works again after {} failures", name, backOff.failures());
    }
    backOff.succeeded();
  }

  private static Pass wider(@Nullable Pass one, Pass other) {
    return one == Pass.KERNEL ? one : other;
  }
}
