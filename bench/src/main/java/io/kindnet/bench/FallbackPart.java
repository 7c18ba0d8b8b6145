package io.kindnet.bench;

import io.kindnet.measuring.Job;
import io.kindnet.measuring.Meter;
import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import io.kindnet.measuring.Targets;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the launcher costs by itself where no agent answers: here it gives way to {@code /bin/true}
 * in the place of a JVM.
 */
final class FallbackPart {
  private static final int RUNS = 200;
  private static final int WARM_UP = 10;
  private static final Path PROGRAM = Path.of("/bin/true");
  private static final double LIMIT_MILLIS = 1;

  private final Meter meter;
  private final Path launcher;
  private final Path program;
  private final Path deadSocket;
  private final Series series = new Series();

  /**
   * Sets the launcher up.
   *
   * @param dist with the launcher
   * @param scratch a directory for a copy of it
   */
  FallbackPart(BenchFixture fixture, Path dist, Path scratch) {
    meter = fixture.coldNode().meter();
    Path directory = scratch.resolve("fallback");
    launcher = directory.resolve("bin/cni-kindnet");
    program = directory.resolve("lib/cni-kindnet/runtime/bin/java");
    deadSocket = directory.resolve("dead.sock");
    try {
      copy(dist.resolve("cni/bin/cni-kindnet"), launcher);
      copy(PROGRAM.toRealPath(), program);
      Files.deleteIfExists(deadSocket);
      // the file stays when nobody listens any more, as after an agent that was killed
      ServerSocketChannel.open(StandardProtocolFamily.UNIX)
          .bind(UnixDomainSocketAddress.of(deadSocket))
          .close();
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot set up a launcher in " + directory, failed);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
  }

  void run(PrintStream out, Targets targets) {
    System.err.println("launcher");
    Map<Subject, Job> jobs = new LinkedHashMap<>();
    jobs.put(new Subject("no socket", "launcher", Directly.WAY), job(launcher, Path.of("/none")));
    jobs.put(
        new Subject("socket without an agent", "launcher", Directly.WAY),
        job(launcher, deadSocket));
    for (int run = -WARM_UP; run < RUNS; run++) {
      Sample base = meter.run(job(program, deadSocket)).orFail(program.toString());
      for (Map.Entry<Subject, Job> one : jobs.entrySet()) {
        Sample sample = meter.run(one.getValue()).orFail(one.getKey().toString());
        if (run >= 0) {
          series.record(one.getKey(), new Series.Run(sample, base));
        }
      }
    }
    print(out, targets);
  }

  private static Job job(Path program, Path socket) {
    return new Job(
        List.of(program.toString()),
        Map.of("CNI_COMMAND", "VERSION", "KINDNET_CNI_SOCKET", socket.toString()),
        "{\"cniVersion\":\"1.0.0\"}");
  }

  private void print(PrintStream out, Targets targets) {
    out.println("### The launcher without an agent");
    out.println();
    out.println(
        "What it takes until it executes the Java runtime, here /bin/true: the median of the");
    out.println("differences to /bin/true on its own, run just before.");
    Table table = new Table(1, "there is", "more wall ms", "more CPU ms", "runs");
    for (Subject subject : series.subjects()) {
      Spread wall = series.spread(subject, Series.Run::wallMillisMore);
      table.row(
          subject.operation(),
          Table.hundredths(wall.median()),
          Table.hundredths(series.spread(subject, Series.Run::cpuMillisMore).median()),
          String.valueOf(wall.count()));
      targets.atMost(
          "launcher alone, " + subject.operation() + ", wall", LIMIT_MILLIS, wall.median(), " ms");
    }
    table.print(out);
  }
}
