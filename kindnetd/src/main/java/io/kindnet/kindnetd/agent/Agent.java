package io.kindnet.kindnetd.agent;

import io.kindnet.kindnetd.status.AgentStatus;

/**
 * One of the things that kindnetd does, independent of the others. {@link Agents} starts it and,
 * much later, closes it; or, where it is disabled, only has it remove its state.
 *
 * <p>A constructor does nothing that can fail: it keeps what it is given, and registers metrics.
 */
public interface Agent extends AutoCloseable {
  /** The agent's name, and how it fares. */
  AgentStatus status();

  /**
   * Begins; returns at once. May be called again after it has failed, and has then left nothing
   * running.
   *
   * @throws Exception for what the agent needs and this machine does not give; the message is for
   *     operators
   */
  void start() throws Exception;

  /**
   * Ends, also where it was never started, and leaves in the kernel what is there: pods go on while
   * kindnetd is updated.
   */
  @Override
  void close();

  /**
   * Removes what an earlier run left, in which the agent was not disabled. May be called again
   * after it has failed.
   */
  void removeState() throws Exception;
}
