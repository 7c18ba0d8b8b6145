package io.kindnet.kindnetd.agent;

import java.util.ArrayDeque;
import java.util.Deque;

/** The agents of this process, each with a runner of its own. */
public final class Agents implements AutoCloseable {
  private final Deque<AgentRunner> runners = new ArrayDeque<>();

  /**
   * Starts {@code agent}; or, where it is disabled, has it remove what an earlier run left. What
   * fails is tried again in the background, and nobody else notices.
   *
   * @param agent to be closed by {@link #close}
   * @throws InterruptedException if this thread is interrupted meanwhile
   */
  public void run(Agent agent, boolean enabled) throws InterruptedException {
    AgentRunner runner = new AgentRunner(agent, enabled);
    runners.push(runner);
    runner.start();
  }

  /** Ends all agents, the last one first. */
  @Override
  public void close() {
    runners.forEach(AgentRunner::close);
    runners.clear();
  }
}
