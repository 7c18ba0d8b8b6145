package io.kindnet.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs dnsperf in a pod, on a CPU of its own. It writes to a file, so that nothing else runs
 * meanwhile.
 *
 * @param cpu the number of that CPU
 * @param scratch a directory for the file
 */
record DnsPerf(Namespace pod, int cpu, Path scratch) {
  /** As many as of a handful of busy pods. */
  private static final int SOCKETS = 16;

  /** How many queries dnsperf has under way unless told otherwise. */
  static final int UNDER_WAY = 100;

  private static final Pattern PER_SECOND = Pattern.compile("Queries per second:\\s+([0-9.]+)");
  private static final Pattern SENT = Pattern.compile("Queries sent:\\s+([0-9]+)");
  private static final Pattern GOOD = Pattern.compile("Response codes:\\s+NOERROR \\d+ \\(100");

  /** {@code > NOERROR name type seconds}, and {@code > T name type} for what was not answered. */
  private static final Pattern ANSWER = Pattern.compile("> [A-Z]{2,} \\S+ \\S+ ([0-9.]+)");

  private static final Pattern NO_ANSWER = Pattern.compile("> T (\\S+ \\S+)");

  /**
   * What one run was like.
   *
   * @param medianMicros from a query to its answer; NaN where a run does not note that
   * @param unanswered the names and types that had no answer, as in the file of names
   */
  record Run(double perSecond, long sent, double medianMicros, List<String> unanswered) {}

  /** Asks as quickly as answers come, {@value #UNDER_WAY} at a time. */
  Run flood(String server, Path names, int seconds) {
    return start(server, names, "-l", String.valueOf(seconds)).run();
  }

  /** The same, and notes how long each answer takes, which takes dnsperf itself some time. */
  Run timedFlood(String server, Path names, int seconds) {
    return start(server, names, "-v", "-l", String.valueOf(seconds)).run();
  }

  /**
   * Asks at an even pace, but no question before the last one is answered, by one socket: as a pod
   * whose work waits for each answer.
   */
  Run oneByOne(String server, Path names, int perSecond, int seconds) {
    return start(
            server,
            names,
            "-v",
            "-l",
            String.valueOf(seconds),
            "-Q",
            String.valueOf(perSecond),
            "-c",
            "1",
            "-q",
            "1")
        .run();
  }

  /** Asks at an even pace. */
  Run paced(String server, Path names, int perSecond, int seconds) {
    return start(server, names, pace(perSecond, seconds)).run();
  }

  /** Asks at an even pace, and does something when half of the answers have come. */
  Run pacedAnd(String server, Path names, int perSecond, int seconds, Runnable halfWay) {
    Running running = start(server, names, pace(perSecond, seconds));
    Eventually.within(
        Duration.ofSeconds(60),
        () -> {
          if (running.lines() < perSecond * seconds / 2) {
            throw new AssertionError("not half of the answers have come");
          }
        });
    halfWay.run();
    return running.run();
  }

  private static String[] pace(int perSecond, int seconds) {
    return new String[] {
      "-v",
      "-l",
      String.valueOf(seconds),
      "-Q",
      String.valueOf(perSecond),
      // as many as are asked within the time after which an answer does not count
      "-q",
      String.valueOf(2 * perSecond),
      "-t",
      "2"
    };
  }

  /** Asks each name of a file once, at an even pace. */
  Run once(String server, Path names, int perSecond) {
    return start(server, names, "-v", "-n", "1", "-Q", String.valueOf(perSecond)).run();
  }

  private Running start(String server, Path names, String... more) {
    Path output = scratch.resolve("dnsperf.out");
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "exec >\"$0\" taskset -c \"$@\"", output.toString()));
    command.addAll(List.of(String.valueOf(cpu), "dnsperf", "-W", "-s", server));
    command.addAll(List.of("-d", names.toString(), "-c", String.valueOf(SOCKETS), "-b", "4096"));
    command.addAll(List.of(more));
    try {
      Files.deleteIfExists(output);
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot delete " + output, refused);
    }
    return new Running(pod.start(command.toArray(String[]::new)), output);
  }

  /** One run, from its start. */
  private record Running(Process process, Path output) {
    long lines() throws IOException {
      try (Stream<String> lines = Files.exists(output) ? Files.lines(output) : Stream.of()) {
        return lines.count();
      }
    }

    Run run() {
      try {
        String errors = new String(process.getInputStream().readAllBytes(), UTF_8);
        int status = process.waitFor();
        List<String> lines = Files.readAllLines(output);
        Run run =
            new Run(
                last(PER_SECOND, lines),
                (long) last(SENT, lines),
                median(lines),
                lines.stream()
                    .map(NO_ANSWER::matcher)
                    .filter(Matcher::matches)
                    .map(match -> match.group(1))
                    .toList());
        if (status != 0 || lines.stream().noneMatch(line -> GOOD.matcher(line).find())) {
          throw new AssertionError(
              "dnsperf has failed: %s%n%s"
                  .formatted(
                      errors,
                      String.join(
                          "\n", lines.stream().filter(line -> !line.startsWith("> ")).toList())));
        }
        return run;
      } catch (IOException broken) {
        throw new UncheckedIOException("cannot read what dnsperf says", broken);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while dnsperf runs", interrupted);
      }
    }

    private static double last(Pattern pattern, List<String> lines) {
      return lines.reversed().stream()
          .map(pattern::matcher)
          .filter(Matcher::find)
          .mapToDouble(match -> Double.parseDouble(match.group(1)))
          .findFirst()
          .orElse(Double.NaN);
    }

    private static double median(List<String> lines) {
      double[] micros =
          lines.stream()
              .map(ANSWER::matcher)
              .filter(Matcher::matches)
              .mapToDouble(match -> Double.parseDouble(match.group(1)) * 1e6)
              .sorted()
              .toArray();
      return micros.length == 0 ? Double.NaN : micros[micros.length / 2];
    }
  }
}
