package io.kindnet.netlink.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that stays on a {@link Machine}, and what it has written so far. */
public final class Daemon implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final String command;
  private final Process entering;
  private final StringWriter output = new StringWriter(); // which threads may share
  private final Thread reader;

  private Daemon(String command, Process entering) {
    this.command = command;
    this.entering = entering;
    reader = Thread.ofPlatform().daemon().name("output of " + command).start(this::read);
  }

  /**
   * Starts a program through another that enters a process namespace, waits for its only child
   * there and ends like it, as nsenter does.
   */
  static Daemon start(String command, List<String> entering) {
    try {
      Process process = new ProcessBuilder(entering).redirectErrorStream(true).start();
      process.getOutputStream().close();
      return new Daemon(command, process);
    } catch (IOException notStarted) {
      throw new AssertionError("cannot start " + command, notStarted);
    }
  }

  /** Whether it still runs. */
  public boolean isAlive() {
    return entering.isAlive();
  }

  /** What it has written so far, standard error included. */
  public String output() {
    return output.toString();
  }

  /**
   * Sends SIGTERM and waits for the end.
   *
   * @return the exit status
   */
  public int stop() {
    Eventually.within(DEADLINE, this::terminate);
    return awaitExit();
  }

  /**
   * Waits for the end; all output is there afterwards.
   *
   * @return the exit status, 128 + n after signal n
   * @throws AssertionError with the output, if the program goes on
   */
  public int awaitExit() {
    try {
      Duration deadline = Deadlines.scaled(DEADLINE);
      if (!entering.waitFor(deadline.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError(
            command + " still runs after " + deadline.toSeconds() + " s:\n" + output);
      }
      reader.join(deadline);
      return entering.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while " + command + " ends", interrupted);
    }
  }

  /** Kills it, if it still runs, and waits for its end: then its sockets are closed. */
  @Override
  public void close() {
    List<ProcessHandle> children = entering.children().toList();
    if (children.isEmpty()) {
      entering.destroyForcibly();
    }
    children.forEach(ProcessHandle::destroyForcibly);
    entering.onExit().join();
  }

  @Override
  public String toString() {
    return command;
  }

  /** The child is there a moment after the start. */
  private void terminate() {
    List<ProcessHandle> children = entering.children().toList();
    if (children.isEmpty() && entering.isAlive()) {
      throw new AssertionError(command + " has not started yet");
    }
    children.forEach(ProcessHandle::destroy);
  }

  private void read() {
    char[] buffer = new char[4096];
    try (BufferedReader stream = entering.inputReader(UTF_8)) {
      for (int length = stream.read(buffer); length >= 0; length = stream.read(buffer)) {
        output.write(buffer, 0, length);
      }
    } catch (IOException closed) {
      // Killed: nothing more will come.
    }
  }
}
