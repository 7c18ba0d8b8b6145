package io.kindnet.kindnetd.agent;

import io.kindnet.kindnetd.status.AgentStatus;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts one agent, as often as it takes. A failure is logged once for each reason, shown in {@code
 * /readyz} and counted.
 */
final class AgentRunner implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AgentRunner.class);
  private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

  private final Agent agent;
  private final boolean enabled;
  private final AgentStatus status;
  private final BackOff backOff = new BackOff(FIRST_DELAY, LONGEST_DELAY);
  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable Thread retry;

  AgentRunner(Agent agent, boolean enabled) {
    this.agent = agent;
    this.enabled = enabled;
    this.status = agent.status();
  }

  /**
   * Tries once, and goes on in the background if that fails. From now on, an enabled agent counts
   * for readiness.
   */
  void start() throws InterruptedException {
    if (enabled) {
      status.begin();
    }
    if (!attempt()) {
      retry = Thread.ofPlatform().daemon().name("start of " + status.name()).start(this::retry);
    }
  }

  private void retry() {
    try {
      do {
        if (closed.await(backOff.nanos(), TimeUnit.NANOSECONDS)) {
          return;
        }
      } while (!attempt());
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean attempt() throws InterruptedException {
    try {
      if (enabled) {
        agent.start();
      } else {
        agent.removeState();
        status.end();
      }
    } catch (InterruptedException ended) {
      throw ended;
    } catch (Exception | LinkageError failure) {
      failed(failure);
      return false;
    }
    if (backOff.failures() > 0) {
      log.info("{}: {} after {} failures", status.name(), verb(), backOff.failures());
    }
    return true;
  }

  private void failed(Throwable failure) {
    status.begin();
    if (backOff.failed(failure)) {
      String reason = backOff.reason();
      log.warn("{}: not {} yet, tried again until it is: {}", status.name(), verb(), reason);
      log.debug("{}", status.name(), failure);
    }
    status.failed("not " + verb() + ": " + backOff.reason());
  }

  private String verb() {
    return enabled ? "started" : "removed";
  }

  /** Ends the agent, and all attempts to start it. */
  @Override
  public void close() {
    closed.countDown();
    if (retry != null) {
      joinUninterruptibly(retry);
    }
    agent.close();
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
