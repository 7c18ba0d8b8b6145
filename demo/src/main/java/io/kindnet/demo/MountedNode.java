package io.kindnet.demo;

import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Namespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine as far as a network plugin can tell: a network namespace, and a mount namespace whose
 * {@code /var/lib} and {@code /etc/cni} are its own.
 */
final class MountedNode implements AutoCloseable {
  private static final String PREPARE =
      """
      mount -t tmpfs node /var/lib && mkdir /var/lib/etc /var/lib/work &&
      mount -t overlay -o lowerdir=/etc,upperdir=/var/lib/etc,workdir=/var/lib/work node /etc &&
      mkdir -p /etc/cni/net.d && rm -rf /etc/cni/net.d/* && echo $$ && exec sleep infinity
      """;

  private final Namespace namespace;
  private final Process holder;
  private final String pid;

  private MountedNode(Namespace namespace, Process holder, String pid) {
    this.namespace = namespace;
    this.holder = holder;
    this.pid = pid;
  }

  static MountedNode create(String name) {
    Namespace namespace = Namespace.create(name);
    namespace.loopbackUp();
    Process holder =
        namespace.start("unshare", "--mount", "--propagation", "slave", "sh", "-c", PREPARE);
    try {
      BufferedReader output = holder.inputReader(StandardCharsets.UTF_8);
      String line = output.readLine();
      if (line == null || !line.chars().allMatch(Character::isDigit)) {
        throw new AssertionError("cannot prepare the file systems of " + name + ": " + line);
      }
      return new MountedNode(namespace, holder, line);
    } catch (IOException e) {
      throw new AssertionError("cannot prepare the file systems of " + name, e);
    }
  }

  Namespace namespace() {
    return namespace;
  }

  /** Runs a command on the node; its standard output. */
  String run(String... command) {
    CommandResult result = tryRun("", List.of(command));
    if (result.exit() != 0) {
      throw new AssertionError(
          String.join(" ", command) + ": " + result.stdout() + result.stderr());
    }
    return result.stdout();
  }

  /** Runs a command on the node with something on its standard input. */
  CommandResult tryRun(String input, List<String> command) {
    try {
      Process process = new ProcessBuilder(enter(command)).start();
      try (var stdin = process.outputWriter(StandardCharsets.UTF_8)) {
        stdin.write(input);
      }
      String stdout = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String stderr = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      return new CommandResult(process.waitFor(), stdout, stderr);
    } catch (IOException e) {
      throw new AssertionError("cannot run " + String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Starts a command that stays, its output in {@code log}. */
  Process start(Path log, List<String> command) {
    try {
      return new ProcessBuilder(enter(command))
          .redirectErrorStream(true)
          .redirectOutput(log.toFile())
          .start();
    } catch (IOException e) {
      throw new AssertionError("cannot start " + String.join(" ", command), e);
    }
  }

  private List<String> enter(List<String> command) {
    List<String> entered =
        new ArrayList<>(List.of("nsenter", "--target=" + pid, "--net", "--mount", "--"));
    entered.addAll(command);
    return entered;
  }

  @Override
  public void close() {
    holder.destroyForcibly();
    namespace.close();
  }
}
