package io.kindnet.bench;

import io.kindnet.measuring.Surroundings;
import io.kindnet.measuring.Targets;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures this project's plugin beside its peers, and prints what can be pasted into a page. */
@Command(
    name = "make bench",
    description = "Measures cni-kindnet, its peers and the floor side by side.",
    mixinStandardHelpOptions = true)
public final class Bench implements Callable<Integer> {
  @Parameters(index = "0", description = "what make dist made")
  private Path dist = Path.of("dist");

  @Parameters(index = "1", description = "cnitool, the CNI project's client")
  private Path client = Path.of("cnitool");

  @Parameters(index = "2", description = "a directory for what the bench builds")
  private Path scratch = Path.of("target");

  @Option(
      names = "--runs",
      defaultValue = "${env:BENCH_RUNS:-20}",
      description = "how often each call is measured (BENCH_RUNS, ${DEFAULT-VALUE})")
  private int runs;

  @Option(
      names = "--parts",
      split = "[ ,]+",
      defaultValue = "${env:PARTS:-calls,kernel,burst,growth,agent,policy,dns,nat64,earlier}",
      description = "what is measured: ${COMPLETION-CANDIDATES} (PARTS, all of them)")
  private Set<Part> parts = EnumSet.allOf(Part.class);

  @Option(
      names = "--earlier",
      defaultValue = "${env:EARLIER:-" + CommandLine.Option.NULL_VALUE + "}",
      description = "archives of another build, made by make release, to compare with (EARLIER)")
  private @Nullable Path earlier;

  private final PrintStream out = System.out;

  private Bench() {}

  /** Measures. Ends with 0 if all calls worked, whether or not targets were reached. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
  }

  @Override
  public Integer call() {
    Targets targets = new Targets();
    for (String line : Surroundings.describe(Programs.describe(dist))) {
      out.println("- " + line);
    }
    out.println();
    try (BenchFixture fixture = new BenchFixture(dist, client, scratch)) {
      if (parts.contains(Part.CALLS)) {
        new CallsPart(fixture, runs).run(out, targets);
      }
      if (parts.contains(Part.KERNEL)) {
        new KernelPart(fixture, scratch).run(out);
        new FallbackPart(fixture, dist, scratch).run(out, targets);
      }
      if (parts.contains(Part.BURST)) {
        new BurstPart(fixture).run(out, targets);
      }
      if (parts.contains(Part.GROWTH)) {
        new GrowthPart(fixture, runs).run(out, targets);
        new CrowdPart(fixture, runs).run(out, targets);
      }
      if (parts.contains(Part.AGENT)) {
        new AgentPart(fixture).run(out, targets);
      }
      if (parts.contains(Part.POLICY)) {
        new PolicyPart(fixture, scratch, runs).run(out, targets);
      }
      if (parts.contains(Part.DNS)) {
        Path coreDns = client.toAbsolutePath().resolveSibling("coredns");
        new DnsPart(fixture, coreDns, Path.of("bench/target/nameserver"), scratch)
            .run(out, targets);
      }
      if (parts.contains(Part.NAT64)) {
        new Nat64Part(fixture, scratch, runs).run(out, targets);
      }
      if (parts.contains(Part.EARLIER) && earlier != null) {
        new EarlierPart(fixture, EarlierBuild.unpack(earlier, scratch), runs).run(out, targets);
      }
      targets.print(out);
      return 0;
    } catch (AssertionError failed) {
      System.err.println("The bench has failed: " + failed.getMessage());
      return 1;
    }
  }
}
