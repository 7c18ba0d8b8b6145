package io.kindnet.kindnetd.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ReconcileLoopTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration NEVER = Duration.ofDays(1);

  private final AgentStatus status = new Status("test").agent("test");
  private final List<Pass> passes = new CopyOnWriteArrayList<>();
  private final Semaphore allowed = new Semaphore(0);

  /** A pass that lasts until it is allowed to end. */
  private Optional<String> slow(Pass pass) throws InterruptedException {
    passes.add(pass);
    allowed.acquire();
    return Optional.empty();
  }

  @Test
  void comparesWithTheKernelFirstAndTakesManyRequestsAsOne() {
    try (ReconcileLoop loop = new ReconcileLoop("test", NEVER, this::slow, status)) {
      loop.start();
      Eventually.within(DEADLINE, () -> assertThat(passes).containsExactly(Pass.KERNEL));
      for (int i = 0; i < 100; i++) {
        loop.request(Pass.CHANGES);
      }
      allowed.release();
      Eventually.within(
          DEADLINE, () -> assertThat(passes).containsExactly(Pass.KERNEL, Pass.CHANGES));
      loop.request(Pass.KERNEL);
      loop.request(Pass.CHANGES);
      allowed.release(2);
      Eventually.within(
          DEADLINE,
          () -> assertThat(passes).containsExactly(Pass.KERNEL, Pass.CHANGES, Pass.KERNEL));
    }
    assertThat(passes).hasSize(3);
  }

  @Test
  void triesAgainAfterAFailureAndSaysWhy() {
    Semaphore failures = new Semaphore(3);
    ReconcileLoop.Work work =
        pass -> {
          passes.add(pass);
          if (failures.tryAcquire()) {
            throw new IllegalStateException("no route to the moon");
          }
          allowed.acquire();
          return Optional.empty();
        };
    try (ReconcileLoop loop = new ReconcileLoop("test", NEVER, work, status)) {
      loop.start();
      Eventually.within(DEADLINE, () -> assertThat(passes).hasSize(4));
      assertThat(status.problem()).contains("no route to the moon");
      assertThat(passes).containsOnly(Pass.KERNEL);
      allowed.release();
      Eventually.within(DEADLINE, () -> assertThat(status.problem()).isEmpty());
    }
  }

  @Test
  void logsEachReasonOnce() {
    Semaphore failures = new Semaphore(4);
    ReconcileLoop.Work work =
        pass -> {
          passes.add(pass);
          if (failures.tryAcquire()) {
            throw new IllegalStateException(passes.size() < 4 ? "no buffer" : "no memory");
          }
          return Optional.empty();
        };
    try (CapturedLog log = CapturedLog.start();
        ReconcileLoop loop = new ReconcileLoop("test", NEVER, work, status)) {
      loop.start();
      Eventually.within(DEADLINE, () -> assertThat(status.problem()).isEmpty());
      assertThat(log.linesWith("test: no buffer")).hasSize(1);
      assertThat(log.linesWith("test: no memory")).hasSize(1);
      assertThat(log.linesWith("test: works again after 4 failures")).hasSize(1);
    }
  }

  @Test
  void aRequestEndsALongBackOff() {
    ReconcileLoop.Work work =
        pass -> {
          passes.add(pass);
          throw new IllegalStateException("still not");
        };
    try (ReconcileLoop loop = new ReconcileLoop("test", NEVER, work, status)) {
      loop.start();
      for (int wanted = 2; wanted <= 12; wanted++) {
        // left alone, twelve passes would take more than a minute
        int count = wanted;
        loop.request(Pass.CHANGES);
        Eventually.within(DEADLINE, () -> assertThat(passes).hasSizeGreaterThanOrEqualTo(count));
      }
    }
    assertThat(passes).containsOnly(Pass.KERNEL);
  }

  @Test
  void checksWithoutBeingAsked() {
    allowed.release(Integer.MAX_VALUE);
    try (ReconcileLoop loop = new ReconcileLoop("test", Duration.ofMillis(1), this::slow, status)) {
      loop.start();
      Eventually.within(DEADLINE, () -> assertThat(passes).hasSizeGreaterThan(3));
    }
    assertThat(passes).containsOnly(Pass.KERNEL);
  }

  @Test
  void comparesWithTheKernelUntilNothingIsMissing() {
    AtomicBoolean tide = new AtomicBoolean();
    ReconcileLoop.Work work =
        pass -> {
          passes.add(pass);
          return tide.get() ? Optional.empty() : Optional.of("the tide");
        };
    try (ReconcileLoop loop = new ReconcileLoop("test", NEVER, work, status)) {
      loop.start();
      Eventually.within(DEADLINE, () -> assertThat(status.problem()).contains("the tide"));
      tide.set(true);
      loop.request(Pass.CHANGES);
      Eventually.within(DEADLINE, () -> assertThat(status.problem()).isEmpty());
      loop.request(Pass.CHANGES);
      Eventually.within(
          DEADLINE,
          () -> assertThat(passes).containsExactly(Pass.KERNEL, Pass.KERNEL, Pass.CHANGES));
    }
  }
}
