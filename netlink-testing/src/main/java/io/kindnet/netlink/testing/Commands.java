package io.kindnet.netlink.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs programs to their end. One that hangs fails the test instead of blocking it. */
final class Commands {
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofSeconds(60));

  private Commands() {}

  /** Runs {@code command} and returns its standard output; a non-zero exit is an AssertionError. */
  static String run(List<String> command) {
    return outputOf(command, tryRun(command, ""));
  }

  /** The standard output in {@code result}; a non-zero exit is an AssertionError with all of it. */
  static String outputOf(List<String> command, CommandResult result) {
    if (!result.succeeded()) {
      throw new AssertionError(
          String.join(" ", command)
              + "\nexit status "
              + result.exit()
              + "\nstandard output:\n"
              + result.stdout()
              + "\nstandard error:\n"
              + result.stderr());
    }
    return result.stdout();
  }

  /** Runs {@code command} with {@code input} on its standard input. */
  static CommandResult tryRun(List<String> command, String input) {
    try {
      Process process = new ProcessBuilder(command).start();
      try {
        FutureTask<String> stdout = drain(process.getInputStream());
        FutureTask<String> stderr = drain(process.getErrorStream());
        feed(process, input);
        if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
          throw new AssertionError(
              String.join(" ", command) + " still runs after " + DEADLINE.toSeconds() + " s");
        }
        return new CommandResult(process.exitValue(), await(stdout), await(stderr));
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException notStarted) {
      throw new AssertionError(
          "cannot run " + String.join(" ", command) + ": " + notStarted.getMessage(), notStarted);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in " + String.join(" ", command), interrupted);
    }
  }

  private static void feed(Process process, String input) throws IOException {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(UTF_8));
    } catch (IOException brokenPipe) {
      // The program ended without reading its input: its exit status and message tell more.
      if (process.isAlive() && !input.isEmpty()) {
        throw brokenPipe;
      }
    }
  }

  private static FutureTask<String> drain(InputStream stream) {
    FutureTask<String> task =
        new FutureTask<>(() -> {
          try (stream) {
            return new String(stream.readAllBytes(), UTF_8);
          }
        });
    Thread.ofPlatform().daemon().name("command output").start(task);
    return task;
  }

  private static String await(FutureTask<String> output) throws InterruptedException {
    try {
      return output.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException heldOpen) {
      throw new AssertionError("a child of the program holds its output open", heldOpen);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
      throw new AssertionError(failed.getCause());
    }
  }
}
