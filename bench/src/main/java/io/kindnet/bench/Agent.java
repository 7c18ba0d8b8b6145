package io.kindnet.bench;

import io.kindnet.netlink.testing.Daemon;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** kindnetd on a machine, for its calls: it reaches no API server and changes no packets. */
final class Agent implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String SOCKET = "/run/kindnet/cni.sock";
  private static final String PID_FILE = "/run/kindnet/pid";

  private final Node node;
  private final Daemon daemon;
  private final long pid;
  private final double readyMillis;
  private final long coldBefore;

  private Agent(Node node, Daemon daemon, long pid, double readyMillis) {
    this.node = node;
    this.daemon = daemon;
    this.pid = pid;
    this.readyMillis = readyMillis;
    coldBefore = node.coldCalls();
  }

  /** Starts one, and waits until it answers calls. */
  static Agent start(Node node, Path dist) {
    Machine machine = node.machine();
    machine.run("mkdir", "-p", "/run/kindnet");
    long begin = System.nanoTime();
    Daemon daemon =
        machine.start(
            "sh",
            "-c",
            "echo $$ >" + PID_FILE + " && exec \"$@\"",
            "agent",
            dist.resolve("kindnetd/bin/kindnetd").toString(),
            "--master=http://127.0.0.1:1",
            "--hostname-override=bench",
            "--masquerading=false");
    Path socket = machine.path(SOCKET);
    Eventually.within(
        DEADLINE,
        () -> {
          if (daemon.isAlive() && !Files.exists(socket)) {
            throw new AssertionError("kindnetd answers no calls:\n" + daemon.output());
          }
        });
    double readyMillis = (System.nanoTime() - begin) / 1e6;
    if (!daemon.isAlive()) {
      throw new AssertionError("kindnetd has ended:\n" + daemon.output());
    }
    return new Agent(node, daemon, readPid(machine.path(PID_FILE)), readyMillis);
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

  /**
   * Its memory.
   *
   * @param field of {@code /proc/PID/status}, such as {@code VmRSS}
   */
  double mebibytes(String field) {
    for (String line : node.machine().run("cat", "/proc/" + pid + "/status").lines().toList()) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    throw new AssertionError("/proc/" + pid + "/status has no " + field);
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
