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

/** kindnetd on a machine. */
final class BenchAgent implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String SOCKET = "/run/kindnet/cni.sock";
  private static final String PID_FILE = "/run/kindnet/pid";

  private final Node node;
  private final Daemon daemon;
  private final long begin;
  private final long pid;
  private final long coldBefore;
  private double readyMillis;

  private BenchAgent(Node node, Daemon daemon, long begin) {
    this.node = node;
    this.daemon = daemon;
    this.begin = begin;
    Path pidFile = node.machine().path(PID_FILE);
    await(() -> {
      if (!Files.exists(pidFile) || Files.size(pidFile) == 0) {
        throw new AssertionError("kindnetd does not start:\n" + daemon.output());
      }
    });
    pid = readPid(pidFile);
    coldBefore = node.coldCalls();
  }

  /** Starts one for its calls, without an API server and changing no packets, until it answers. */
  static BenchAgent start(Node node, Path dist) {
    BenchAgent agent =
        launch(
            node,
            dist.resolve("kindnetd"),
            "--master=http://127.0.0.1:1",
            "--hostname-override=bench",
            "--masquerading=false");
    Path socket = node.machine().path(SOCKET);
    agent.readyMillis =
        agent.await(() -> {
          if (!Files.exists(socket)) {
            throw new AssertionError("kindnetd answers no calls:\n" + agent.daemon.output());
          }
        });
    return agent;
  }

  /**
   * Starts one and waits for nothing but the process.
   *
   * @param program the directory {@code kindnetd} of {@code dist/}
   */
  static BenchAgent launch(Node node, Path program, String... flags) {
    Machine machine = node.machine();
    machine.run("mkdir", "-p", "/run/kindnet");
    machine.run("rm", "-f", PID_FILE);
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "echo $$ >" + PID_FILE + " && exec \"$@\"", "agent"));
    command.add(program.resolve("bin/kindnetd").toString());
    command.addAll(List.of(flags));
    long begin = System.nanoTime();
    return new BenchAgent(node, machine.start(command.toArray(String[]::new)), begin);
  }

  /**
   * Waits for something.
   *
   * @return how many milliseconds after its start that was, exact to the pauses of {@link
   *     Eventually}
   */
  double await(Eventually.Assertion assertion) {
    Eventually.within(
        DEADLINE,
        () -> {
          if (daemon.isAlive()) {
            assertion.check();
          }
        });
    double millis = (System.nanoTime() - begin) / 1e6;
    if (!daemon.isAlive()) {
      throw new AssertionError("kindnetd has ended:\n" + daemon.output());
    }
    return millis;
  }

  private static long readPid(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + file, unreadable);
    }
  }

  /** Its process, as programs on the machine see it. */
  long pid() {
    return pid;
  }

  /** From its start until it answered calls; exact to the pauses of {@link Eventually}. */
  double readyMillis() {
    return readyMillis;
  }

  /** What the kernel tells of it. */
  ProcessFiles process() {
    return new ProcessFiles(node.machine().path("/proc/" + pid));
  }

  /**
   * Fails if a call started a JVM although the agent was there, for then the figures would be of
   * something else.
   */
  void requireHandedOver() {
    long cold = node.coldCalls() - coldBefore;
    if (cold != 0) {
      throw new AssertionError(cold + " calls were not answered by the agent that was there");
    }
  }

  /** Ends it as a kubelet does. */
  @Override
  public void close() {
    int status = daemon.stop();
    if (status != 0) {
      throw new AssertionError("kindnetd ended with " + status + ":\n" + daemon.output());
    }
  }
}
