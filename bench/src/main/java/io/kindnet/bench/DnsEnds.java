package io.kindnet.bench;

import io.kindnet.measuring.Table;
import io.kindnet.measuring.Targets;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/** What pods notice when the agent ends while they ask. */
final class DnsEnds {
  private static final int PER_SECOND = 10_000;
  private static final int SECONDS = 4;
  private static final int KNOWN_NAMES = 500;
  private static final int UNHEARD_EACH = 20;

  private final DnsNode node;
  private final DnsNames names;

  /**
   * How it was.
   *
   * @param unanswered of the queries
   * @param again of the unanswered ones, when they were asked again
   */
  private record End(long queries, int unanswered, int again) {}

  DnsEnds(DnsNode node, DnsNames names) {
    this.node = node;
    this.names = names;
  }

  void run(PrintStream out, Targets targets) {
    out.printf(
        Locale.ROOT,
        "The agent ends half-way through %d s of %d queries a second, of which one in %d is for a%n"
            + "name of its own. What has no answer is asked again.%n",
        SECONDS,
        PER_SECOND,
        UNHEARD_EACH);
    End stopped = end("stopped", PinnedProgram::stop);
    End killed = end("killed", PinnedProgram::close);
    Table table = new Table(1, "end", "queries", "unanswered", "and unanswered again");
    row(table, "stopped (SIGTERM)", stopped);
    row(table, "killed (SIGKILL)", killed);
    table.print(out);
    targets.none("queries lost when the agent is stopped", stopped.unanswered);
    targets.none("queries without an answer at their retry when it is killed", killed.again);
  }

  private static void row(Table table, String what, End end) {
    table.row(
        what,
        String.valueOf(end.queries),
        String.valueOf(end.unanswered),
        String.valueOf(end.again));
  }

  private End end(String what, Consumer<PinnedProgram> how) {
    System.err.println("dns: the agent is " + what);
    Path known = names.unheard(DnsNames.NEAR, KNOWN_NAMES);
    Path mixed = names.mixed(known, PER_SECOND * SECONDS, UNHEARD_EACH);
    DnsPerf client = node.client();
    try (PinnedProgram agent = node.startAgent()) {
      client.flood(DnsNode.CACHED, known, 1);
      DnsPerf.Run run =
          client.pacedAnd(DnsNode.CACHED, mixed, PER_SECOND, SECONDS, () -> how.accept(agent));
      int again =
          run.unanswered().isEmpty()
              ? 0
              : client
                  .once(DnsNode.CACHED, names.file(run.unanswered()), PER_SECOND)
                  .unanswered()
                  .size();
      return new End(run.sent(), run.unanswered().size(), again);
    }
  }
}
