package io.kindnet.kindnetd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.JavaProcess;
import io.kindnet.netlink.testing.Namespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** kindnetd as a process of its own in a network namespace. */
public final class AgentProcess implements AutoCloseable {
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofMinutes(2));

  private final Namespace node;
  private final Process process;
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private AgentProcess(Namespace node, Process process) {
    this.node = node;
    this.process = process;
    this.reader = Thread.ofPlatform().daemon().name("log of " + node).start(this::read);
  }

  /** Starts it with {@code environment} besides that of this process. */
  public static AgentProcess start(
      Namespace node, Map<String, String> environment, String... flags) {
    return start(node, List.of(), environment, flags);
  }

  /**
   * As the other one.
   *
   * @param wrapper a program that executes the rest of its arguments in its own place
   */
  public static AgentProcess start(
      Namespace node, List<String> wrapper, Map<String, String> environment, String... flags) {
    List<String> command = new ArrayList<>(wrapper);
    command.add("env");
    environment.forEach((name, value) -> command.add(name + "=" + value));
    command.addAll(JavaProcess.command(Kindnetd.class, flags));
    return new AgentProcess(node, node.start(command.toArray(String[]::new)));
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.add(line);
      }
    } catch (IOException ended) {
      log.add(ended.toString());
    }
  }

  /** What it has printed so far. */
  public String log() {
    return String.join("\n", log);
  }

  /** The answer of one of its pages, whatever the status. */
  public String get(String path) {
    CommandResult result =
        node.tryRun("curl", "--silent", "--show-error", "http://127.0.0.1:19080" + path);
    return result.stdout() + result.stderr();
  }

  /** Sends {@code signal}, such as {@code TERM}, and waits for the exit status. */
  public int stop(String signal) throws InterruptedException {
    node.run("kill", "-" + signal, String.valueOf(process.pid()));
    return awaitExit();
  }

  /** Waits for the exit status. */
  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("kindnetd goes on:\n" + log());
    }
    reader.join();
    return process.exitValue();
  }

  /** What the kernel knows it by. */
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
