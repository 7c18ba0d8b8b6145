package io.kindnet.kindnetd.callserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.netlink.testing.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * An agent's warm-up in a process of its own, which waits in the middle of it until it is told to
 * go on.
 */
final class PausedWarmUp implements AutoCloseable {
  private static final String PAUSED = "paused";

  private final Process process;
  private final BufferedReader output;

  private PausedWarmUp(Process process) {
    this.process = process;
    this.output = process.inputReader(UTF_8);
  }

  public static void main(String[] arguments) throws IOException {
    SocketDirectory directory = SocketDirectory.of(Path.of(arguments[0], "cni.sock"));
    directory.removeLeftovers();
    int[] rounds = {0};
    WarmUp.run(
        directory,
        () -> {
          if (++rounds[0] == 2) {
            System.out.println(PAUSED);
            awaitInput();
          }
          return rounds[0] <= 2;
        });
  }

  private static void awaitInput() {
    try {
      System.in.read();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Starts one and waits until it is in its second round. */
  static PausedWarmUp start(Path directory) throws IOException {
    PausedWarmUp warmUp =
        new PausedWarmUp(JavaProcess.start(PausedWarmUp.class, directory.toString()));
    StringBuilder said = new StringBuilder();
    for (String line = warmUp.output.readLine();
        !PAUSED.equals(line);
        line = warmUp.output.readLine()) {
      if (line == null) {
        throw new AssertionError("the warm-up ended: " + said);
      }
      said.append(line).append('\n');
    }
    return warmUp;
  }

  /** Ends it by SIGKILL. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Lets it go on, and waits for its end; returns its exit status. */
  int goOn() throws IOException, InterruptedException {
    process.getOutputStream().close();
    return process.waitFor();
  }

  @Override
  public void close() {
    kill();
  }
}
