package io.kindnet.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that stays on a machine, as a unit of systemd would be.
 *
 * @param name what it is called; on its machine nobody else is
 * @param machine where it runs
 * @param command the program and its arguments
 * @param readiness throws as long as it cannot be used
 */
public record Service(
    String name, Machine machine, List<String> command, Eventually.Assertion readiness) {
  private static final Duration READY_DEADLINE = Duration.ofMinutes(3);
  private static final Duration STOP_DEADLINE = Duration.ofMinutes(1);
  private static final int LOG_END = 4000;

  /** Leaves its number where it is found again, and becomes the program. */
  private static final String WITH_PID = "echo $$ >/run/e2e/\"$0\".pid && exec \"$@\"";

  /** Starts it, unless it runs; {@link #awaitReady} tells when it can be used. */
  public void start() {
    if (isRunning()) {
      return;
    }
    List<String> all = new ArrayList<>(List.of("sh", "-c", WITH_PID, name));
    all.addAll(command);
    try {
      Files.deleteIfExists(pidFile());
      machine.startDetached(log(), all);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot start " + this, failed);
    }
    Eventually.within(
        STOP_DEADLINE,
        () -> {
          if (pid().isEmpty()) {
            throw new AssertionError(this + " does not start:\n" + endOfLog());
          }
        });
  }

  /** Waits until it can be used; throws with the end of its log, if that does not come. */
  public void awaitReady() {
    try {
      Eventually.within(
          READY_DEADLINE,
          () -> {
            requireRunning();
            readiness.check();
          });
    } catch (AssertionError | Ended notReady) {
      throw new AssertionError(
          this + ": " + notReady.getMessage() + "\nThe end of " + log() + ":\n" + endOfLog(),
          notReady);
    }
  }

  /** Asks it to end, and waits. */
  public void stop() {
    end("TERM");
  }

  /** Kills it, and waits. */
  public void kill() {
    end("KILL");
  }

  /** Whether it runs. */
  public boolean isRunning() {
    String pid = pid();
    if (pid.isEmpty()) {
      return false;
    }
    Path process = machine.path("/proc/" + pid);
    try {
      // also of the shell that is about to become the program; while it does, it has no command
      // line, as who has ended, and unlike them a program
      String running = Files.readString(process.resolve("cmdline"));
      return running.contains(command.getFirst())
          || (running.isEmpty() && Files.exists(process.resolve("exe")));
    } catch (IOException gone) {
      return false;
    }
  }

  /** Everything that it has written since the cluster was made. */
  public Path log() {
    return machine.settings().logs().resolve(machine.name() + "-" + name + ".log");
  }

  @Override
  public String toString() {
    return name + " on " + machine.name();
  }

  private void end(String signal) {
    if (!isRunning()) {
      return;
    }
    machine.attempt("sh", "-c", "kill -" + signal + " " + pid());
    Eventually.within(
        STOP_DEADLINE,
        () -> {
          if (isRunning()) {
            throw new AssertionError(this + " does not end:\n" + endOfLog());
          }
        });
  }

  /** Its number on the machine, or nothing. */
  private String pid() {
    try {
      return Files.readString(pidFile()).strip();
    } catch (IOException neverStarted) {
      return "";
    }
  }

  private Path pidFile() {
    return machine.path("/run/e2e/" + name + ".pid");
  }

  private void requireRunning() {
    if (!isRunning()) {
      throw new Ended();
    }
  }

  private String endOfLog() {
    try (RandomAccessFile file = new RandomAccessFile(log().toFile(), "r")) {
      file.seek(Math.max(0, file.length() - LOG_END));
      byte[] end = new byte[(int) (file.length() - file.getFilePointer())];
      file.readFully(end);
      return new String(end, UTF_8);
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  /** It will not become ready any more. */
  private static final class Ended extends Error {
    private static final long serialVersionUID = 1;

    Ended() {
      super("has ended");
    }
  }
}
