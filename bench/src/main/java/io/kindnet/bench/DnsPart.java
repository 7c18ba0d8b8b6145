package io.kindnet.bench;

import io.kindnet.measuring.Targets;
import java.io.PrintStream;
import java.nio.file.Path;

/** The cache of DNS answers, beside CoreDNS and node-local-dns with theirs, and beside none. */
final class DnsPart {
  private final BenchFixture fixture;
  private final Path program;
  private final Path server;
  private final Path scratch;

  /**
   * @param program CoreDNS
   * @param server the name server that is asked
   * @param scratch a directory for configurations and names
   */
  DnsPart(BenchFixture fixture, Path program, Path server, Path scratch) {
    this.fixture = fixture;
    this.program = program;
    this.server = server;
    this.scratch = scratch;
  }

  void run(PrintStream out, Targets targets) {
    DnsServers servers = new DnsServers(program, server, scratch);
    DnsNames names = new DnsNames(scratch);
    try (DnsNode node = new DnsNode(fixture, servers)) {
      out.println("### DNS");
      out.println();
      out.println(
          "A pod asks by dnsperf on one CPU. The caches, and the server that they ask, are on"
              + " another.");
      out.println("node-local-dns is CoreDNS with the configuration of its manifest.");
      try (PinnedProgram agent = node.startAgent()) {
        new DnsComparison(node, agent, names).run(out, targets);
        agent.stop();
      }
      try (PinnedProgram agent = node.startAgent()) {
        DnsMemory.run(node, agent, names, out, targets);
        agent.stop();
      }
      new DnsEnds(node, names).run(out, targets);
    }
  }
}
