package io.kindnet.cni.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The plugin as a process on a node, some of which are killed in the middle of what they do. */
final class PluginProcess implements Plugin {
  /** What a process that was killed ends with. */
  private static final int KILLED = 128 + 9;

  private static final long DEADLINE_SECONDS = 120;

  private final Namespace host;
  private final Path program;
  private final int killPercent;

  /** How long calls take, roughly, so that they are killed at any point of their work. */
  private volatile long usualMillis = 150;

  /**
   * The plugin.
   *
   * @param program {@code bin/cni-kindnet}
   * @param killPercent how many of a hundred calls are killed, if they are not quicker
   */
  PluginProcess(Namespace host, Path program, int killPercent) {
    this.host = host;
    this.program = program;
    this.killPercent = killPercent;
  }

  static boolean wasKilled(Answer answer) {
    return answer.exitCode() == KILLED;
  }

  @Override
  public Answer call(Map<String, String> variables, String input) {
    // in a session of its own, so that Ctrl-C does not end it in the middle
    List<String> command =
        new ArrayList<>(List.of("setsid", "nsenter", "--net=" + host.path(), program.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().clear();
    builder.environment().putAll(variables);
    long begin = System.nanoTime();
    try {
      Process process = builder.start();
      try {
        try (OutputStream stdin = process.getOutputStream()) {
          stdin.write(input.getBytes(UTF_8));
        }
        return answerOf(process, begin);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the plugin runs", interrupted);
    }
  }

  private Answer answerOf(Process process, long begin) throws IOException, InterruptedException {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    if (random.nextInt(100) < killPercent) {
      if (!process.waitFor(random.nextLong(usualMillis), TimeUnit.MILLISECONDS)) {
        // not the process itself, which would close the pipes, too
        process.toHandle().destroyForcibly();
      }
    }
    // the answer fits into the pipe, so that nobody has to read it meanwhile
    if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("a call takes more than " + DEADLINE_SECONDS + " s");
    }
    Answer answer =
        new Answer(process.exitValue(), new String(process.getInputStream().readAllBytes(), UTF_8));
    if (!wasKilled(answer)) {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      usualMillis = Math.max(20, (9 * usualMillis + millis) / 10);
    }
    return answer;
  }
}
