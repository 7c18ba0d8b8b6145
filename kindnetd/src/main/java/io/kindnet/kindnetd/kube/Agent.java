package io.kindnet.kindnetd.kube;

/**
 * One of the things that kindnetd does, of its own and independent of the others. Either started
 * and, much later, closed; or, where it is disabled, only told to clean up.
 */
public interface Agent extends AutoCloseable {
  /** Begins; returns at once. */
  void start() throws Exception;

  /** Ends, and leaves in place what is there: pods go on while kindnetd is updated. */
  @Override
  void close();

  /** Removes what an earlier run left, in which the agent was not disabled. */
  void cleanRules() throws Exception;
}
