package io.kindnet.bench;

import io.kindnet.measuring.Targets;
import java.io.PrintStream;
import java.util.Locale;

/** What the answers that are kept take of the agent's memory. */
final class DnsMemory {
  private static final int NAMES = 10_000;
  private static final int PER_SECOND = 8_000;
  private static final double MOST_MIB = 8;

  private DnsMemory() {}

  /**
   * Asks for as many names whose answers must not be kept as for such whose answers may be: what
   * asking takes is not the cache's.
   */
  static void run(
      DnsNode node, PinnedProgram agent, DnsNames names, PrintStream out, Targets targets) {
    System.err.println("dns: memory");
    double started = agent.process().mebibytes("VmRSS");
    node.client().once(DnsNode.CACHED, names.unheard(DnsNames.UNKEPT, NAMES), PER_SECOND);
    double asked = agent.process().mebibytes("VmRSS");
    node.client().once(DnsNode.CACHED, names.unheard(DnsNames.NEAR, NAMES), PER_SECOND);
    double kept = agent.process().mebibytes("VmRSS");
    double entries = node.metric("kindnet_dns_cache_entries");
    out.printf(
        Locale.ROOT,
        "Memory of the agent: %.1f MiB when it has started, %.1f MiB after A and AAAA of %d"
            + " names%nwhose answers are not kept, %.1f MiB after as many that are: %.0f answers in"
            + " %.1f MiB.%n%n",
        started,
        asked,
        NAMES,
        kept,
        entries,
        node.metric("kindnet_dns_cache_bytes") / (1 << 20));
    targets.atLeast("answers kept of %d names".formatted(NAMES), 2 * NAMES, entries, "");
    targets.atMost(
        "memory of the agent for %d names".formatted(NAMES), MOST_MIB, kept - asked, " MiB");
  }
}
