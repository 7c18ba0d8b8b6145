package io.kindnet.e2e.scale;

import io.kindnet.e2e.scale.KernelWatch.Changes;

/**
 * What an agent did because of something, and what came of it.
 *
 * @param begin when that began, by {@link System#nanoTime}
 * @param messages what it asked of the kernel
 * @param changes what changed there
 * @param cpuSeconds the CPU time that it took, exact to the kernel's clock ticks
 */
record Effort(long begin, Messages messages, Changes changes, double cpuSeconds) {

  /** Begins to look at what {@code agent} does. */
  static Watch watch(Stand stand, Agent agent) {
    return new Watch(stand, agent);
  }

  /** Milliseconds from the beginning until the last change. */
  double millis() {
    return millisAfter(begin);
  }

  /** Milliseconds from a moment until the last change; negative if that came before. */
  double millisAfter(long moment) {
    return (changes.last() - moment) / 1e6;
  }

  /** Looks at what an agent does. */
  static final class Watch {
    private final Stand stand;
    private final Agent agent;
    private final Messages messages;
    private final double cpuSeconds;
    private final long begin;

    private Watch(Stand stand, Agent agent) {
      this.stand = stand;
      this.agent = agent;
      messages = agent.messages();
      cpuSeconds = agent.cpuSeconds();
      stand.host().mark();
      begin = System.nanoTime();
    }

    /** Waits until the kernel has what belongs there, and nothing changes any more. */
    Effort end() {
      Changes changes = stand.host().settle(stand.nodes().expected());
      double cpu = agent.cpuSeconds() - cpuSeconds;
      return new Effort(begin, agent.messages().since(messages), changes, cpu);
    }
  }
}
