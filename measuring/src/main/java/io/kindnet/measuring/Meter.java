package io.kindnet.measuring;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Resources;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;

/**
 * Starts programs on a machine and measures them exactly: {@code wait4(2)} tells each one's own CPU
 * time and peak memory. A small process on the machine does it (see {@code meter.py}), since what
 * is started by a JVM would be charged with the JVM's memory. A process that is there already may
 * be watched: what it does for the programs counts as theirs.
 */
public final class Meter implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Writer requests;
  private final BufferedReader answers;
  private long watched;

  /** Talks to {@code process}, which runs {@link #command()}. */
  public Meter(Process process) {
    this.process = process;
    requests = process.outputWriter(UTF_8);
    answers = process.inputReader(UTF_8);
  }

  /** Measures programs on {@code machine}. */
  public static Meter on(Machine machine) {
    return new Meter(machine.talkTo(command().toArray(String[]::new)));
  }

  /** The measuring process. */
  public static List<String> command() {
    return List.of("python3", "-I", "-S", "-c", Resources.text(Meter.class, "meter.py"));
  }

  /**
   * Counts from now on what a process does meanwhile.
   *
   * @param pid on the machine; 0 for none
   */
  public void watch(long pid) {
    watched = pid;
  }

  /** Runs one program to its end; what a watched process does for it is in the sample. */
  public Sample run(Job job) {
    Burst burst = run(List.of(job), 1);
    return burst.samples().getFirst().and(burst.watchedNanos() / 1000);
  }

  /** Runs programs, {@code atOnce} of them at any time, each started when another ends. */
  public Burst run(List<Job> jobs, int atOnce) {
    try {
      requests.write(
          JSON.writeValueAsString(Map.of("jobs", jobs, "atOnce", atOnce, "watched", watched)));
      requests.write('\n');
      requests.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new AssertionError("the measuring process has ended, see above");
      }
      JsonNode burst = JSON.readTree(answer);
      return new Burst(
          burst.path("wallNanos").asLong(),
          burst.path("watchedNanos").asLong(),
          JSON.convertValue(
              burst.path("samples"),
              JSON.getTypeFactory().constructCollectionType(List.class, Sample.class)));
    } catch (IOException broken) {
      throw new UncheckedIOException("cannot talk to the measuring process", broken);
    }
  }

  /** Ends the measuring process. */
  @Override
  public void close() {
    process.destroy();
  }
}
