package io.kindnet.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs to their end. Their standard error goes into what they say. */
public final class Command {
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  private Command() {}

  /**
   * What came of it.
   *
   * @param exit the exit status
   * @param output standard output and standard error
   */
  public record Result(int exit, String output) {}

  /**
   * What a program printed.
   *
   * @throws AssertionError with it, if the exit status is not 0
   */
  public static String run(List<String> command) {
    return run(command, "");
  }

  /** As {@link #run(List)}, with {@code input} on the program's standard input. */
  public static String run(List<String> command, String input) {
    Result result = attempt(command, input);
    if (result.exit != 0) {
      throw new AssertionError(
          String.join(" ", command) + "\nexit status " + result.exit + "\n" + result.output);
    }
    return result.output;
  }

  /** Runs a program and leaves it to the caller to judge. */
  public static Result attempt(List<String> command, String input) {
    Path output = temporary();
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try {
        feed(process, input);
        if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
          throw new AssertionError(
              "still runs after "
                  + DEADLINE
                  + ": "
                  + String.join(" ", command)
                  + "\n"
                  + Files.readString(output));
        }
        return new Result(process.exitValue(), new String(Files.readAllBytes(output), UTF_8));
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (IOException notStarted) {
      throw new AssertionError("cannot run " + String.join(" ", command), notStarted);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in " + String.join(" ", command), interrupted);
    } finally {
      output.toFile().delete();
    }
  }

  /** {@code first} and then {@code more}. */
  static List<String> join(List<String> first, String... more) {
    return java.util.stream.Stream.concat(first.stream(), Arrays.stream(more)).toList();
  }

  private static void feed(Process process, String input) throws IOException {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(UTF_8));
    } catch (IOException brokenPipe) {
      // It ended without reading its input: its exit status and message tell more.
      if (process.isAlive() && !input.isEmpty()) {
        throw brokenPipe;
      }
    }
  }

  /** A file, not a pipe: what the program leaves running may hold it open. */
  private static Path temporary() {
    try {
      return Files.createTempFile("kindnet-e2e", ".out");
    } catch (IOException failed) {
      throw new AssertionError("no temporary file", failed);
    }
  }
}
