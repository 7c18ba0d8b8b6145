package io.kindnet.bench;

import io.kindnet.measuring.ProcessFiles;
import io.kindnet.netlink.testing.Daemon;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A program that stays on a machine, on one CPU from its start, so that it sees no other. */
final class PinnedProgram implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Daemon daemon;
  private final ProcessFiles files;

  private PinnedProgram(Daemon daemon, ProcessFiles files) {
    this.daemon = daemon;
    this.files = files;
  }

  static PinnedProgram start(Machine machine, int cpu, List<String> command) {
    Path directory = machine.path("/run/kindnet");
    try {
      Files.createDirectories(directory);
      Path pidFile = Files.createTempFile(directory, "pid-", "");
      List<String> pinned =
          new ArrayList<>(List.of("sh", "-c", "echo $$ >\"$0\" && exec taskset -c \"$@\""));
      pinned.add("/run/kindnet/" + pidFile.getFileName());
      pinned.add(String.valueOf(cpu));
      pinned.addAll(command);
      Daemon daemon = machine.start(pinned.toArray(String[]::new));
      Eventually.within(
          DEADLINE,
          () -> {
            if (Files.size(pidFile) == 0) {
              throw new AssertionError(daemon + " does not start:\n" + daemon.output());
            }
          });
      String pid = Files.readString(pidFile).strip();
      return new PinnedProgram(daemon, new ProcessFiles(machine.path("/proc/" + pid)));
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot start " + command, failed);
    }
  }

  /** What the kernel tells of it. */
  ProcessFiles process() {
    return files;
  }

  /** Waits for something, as long as it runs. */
  void await(Eventually.Assertion assertion) {
    Eventually.within(
        DEADLINE,
        () -> {
          if (daemon.isAlive()) {
            assertion.check();
          }
        });
    if (!daemon.isAlive()) {
      throw new AssertionError(daemon + " has ended:\n" + daemon.output());
    }
  }

  /** Ends it as a kubelet does. */
  void stop() {
    int status = daemon.stop();
    if (status != 0) {
      throw new AssertionError(daemon + " ended with " + status + ":\n" + daemon.output());
    }
  }

  /** Kills it, if it still runs. */
  @Override
  public void close() {
    daemon.close();
  }
}
