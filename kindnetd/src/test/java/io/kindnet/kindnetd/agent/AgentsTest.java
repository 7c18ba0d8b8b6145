package io.kindnet.kindnetd.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AgentsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Status status = new Status("test");
  private final List<String> closed = new CopyOnWriteArrayList<>();

  /** Fails to start, or to remove its state, as often as it is told. */
  private final class FailingAgent implements Agent {
    final AtomicInteger failures;
    final AtomicReference<String> reason = new AtomicReference<>("no such device");
    final AtomicInteger attempts = new AtomicInteger();
    private final AgentStatus own;

    FailingAgent(String name, int failures) {
      this.failures = new AtomicInteger(failures);
      own = status.agent(name);
    }

    @Override
    public AgentStatus status() {
      return own;
    }

    @Override
    public void start() throws IOException {
      attempt();
      own.ready();
    }

    @Override
    public void removeState() throws IOException {
      attempt();
    }

    private void attempt() throws IOException {
      attempts.incrementAndGet();
      if (failures.getAndDecrement() > 0) {
        throw new IOException(reason.get());
      }
    }

    @Override
    public void close() {
      closed.add(own.name());
    }
  }

  @Test
  void startsTheOthersThoughOneFails() throws Exception {
    try (Agents agents = new Agents()) {
      agents.run(new FailingAgent("broken", Integer.MAX_VALUE), true);
      agents.run(new FailingAgent("routes", 0), true);

      assertThat(status.problems()).containsExactly("broken not started: no such device");
    }
    assertThat(closed).containsExactly("routes", "broken");
  }

  @Test
  void triesAgainUntilItStarts() throws Exception {
    FailingAgent late = new FailingAgent("late", 2);
    try (CapturedLog log = CapturedLog.start();
        Agents agents = new Agents()) {
      agents.run(late, true);
      Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());

      assertThat(log.linesWith("late: not started yet, tried again until it is: no such device"))
          .hasSize(1);
      Eventually.within(
          DEADLINE, () -> assertThat(log.linesWith("late: started after 2 failures")).hasSize(1));
    }
    assertThat(late.attempts).hasValue(3);
  }

  @Test
  void saysEachNewReason() throws Exception {
    FailingAgent agent = new FailingAgent("moody", Integer.MAX_VALUE);
    try (CapturedLog log = CapturedLog.start();
        Agents agents = new Agents()) {
      agents.run(agent, true);
      agent.reason.set("permission denied");
      Eventually.within(
          DEADLINE,
          () -> {
            assertThat(status.problems()).containsExactly("moody not started: permission denied");
            assertThat(log.linesWith("moody: not started")).hasSize(2);
          });
    }
  }

  @Test
  void showsADisabledAgentOnlyUntilItsStateIsRemoved() throws Exception {
    FailingAgent disabled = new FailingAgent("disabled", 1);
    try (Agents agents = new Agents()) {
      agents.run(disabled, false);
      assertThat(status.problems()).containsExactly("disabled not removed: no such device");
      Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
      assertThat(disabled.attempts).hasValue(2);
    }
  }

  @Test
  void endsWhileAnAgentStillFails() throws Exception {
    FailingAgent agent = new FailingAgent("never", Integer.MAX_VALUE);
    try (Agents agents = new Agents()) {
      agents.run(agent, true);
    }
    assertThat(closed).containsExactly("never");
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("start of never");
  }
}
