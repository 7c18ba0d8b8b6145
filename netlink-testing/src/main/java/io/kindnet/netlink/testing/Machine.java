package io.kindnet.netlink.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A machine as far as programs on it can tell: a network namespace, a process namespace, and a
 * mount namespace in which the paths that network plugins, agents and container runtimes write to
 * ({@link #OWN_PATHS}) do not exist yet. Everything else is seen as it is outside, network
 * namespaces that are made later included.
 *
 * <p>The kernel kills what runs on the machine when this is closed, when this process ends, and
 * also when it is killed. What was written below the own paths lay in memory only.
 */
public final class Machine implements AutoCloseable {
  /** What a machine has to itself: at first none of it exists. */
  public static final List<String> OWN_PATHS =
      List.of(
          "/etc/cni",
          "/opt/cni",
          "/run/cni-ipam-state",
          "/run/containerd",
          "/run/kindnet",
          "/run/runc",
          "/run/xtables.lock",
          "/var/lib/cni",
          "/var/lib/cni-kindnet",
          "/var/lib/containerd");

  private static final List<String> BOOT =
      List.of(
          "unshare",
          "--mount",
          "--propagation=slave",
          "--pid",
          "--fork",
          "--kill-child",
          "--mount-proc",
          "sh",
          "-c",
          Resources.text(Machine.class, "machine.sh"),
          "machine");
  private static final Set<Machine> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(Machine::close)));
  }

  private final Namespace namespace;
  private final ProcessHandle holder;
  private final ProcessHandle init;

  private Machine(Namespace namespace, ProcessHandle holder) {
    this.namespace = namespace;
    this.holder = holder;
    init = holder.children().findFirst().orElseThrow();
    OPEN.add(this);
  }

  /**
   * Makes a machine whose only interface is {@code lo}, set up.
   *
   * @param label what it stands for, such as {@code node}; the end of its name
   */
  public static Machine create(String label) {
    Namespace namespace = Namespace.create(label);
    try {
      namespace.loopbackUp();
      return new Machine(namespace, boot(namespace));
    } catch (AssertionError e) {
      namespace.close();
      throw e;
    }
  }

  /** Its name, that of its network namespace. */
  public String name() {
    return namespace.name();
  }

  /** Its network namespace. */
  public Namespace namespace() {
    return namespace;
  }

  /**
   * The cgroup for programs that make some, such as {@code /kt-1-2-node}. In whichever hierarchies
   * it was made, it goes with the machine, and so do those below it.
   */
  public String cgroup() {
    return "/" + name();
  }

  /**
   * Where this process finds a file of the machine.
   *
   * @param absolute a path on the machine, without absolute symbolic links in it
   */
  public Path path(String absolute) {
    return Path.of("/proc/" + init.pid() + "/root" + absolute);
  }

  /**
   * Runs a program on the machine, in the directory {@code /}, and returns its standard output.
   *
   * @throws AssertionError with standard output and error, if the exit status is not 0
   */
  public String run(String... command) {
    return Commands.outputOf(List.of(command), tryRun(command));
  }

  /** As {@link #run}, but leaves it to the caller to judge the exit status. */
  public CommandResult tryRun(String... command) {
    return tryRunWithInput("", command);
  }

  /** As {@link #tryRun}, with {@code input} on the program's standard input. */
  public CommandResult tryRunWithInput(String input, String... command) {
    return Commands.tryRun(enter(command), input);
  }

  /** Starts a program that stays, until it is stopped or the machine is closed. */
  public Daemon start(String... command) {
    return Daemon.start(String.join(" ", command), enter(command));
  }

  /**
   * Starts a program that the caller talks to over its standard input and output; its standard
   * error is this process's. It ends with the machine, if not before.
   */
  public Process talkTo(String... command) {
    try {
      return new ProcessBuilder(enter(command))
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
    } catch (IOException notStarted) {
      throw new AssertionError("cannot start " + String.join(" ", command), notStarted);
    }
  }

  /** Kills what runs on the machine and forgets its files. Closing twice is harmless. */
  @Override
  public synchronized void close() {
    init.destroyForcibly();
    // which ends after init, which ends after all other processes of its namespace
    Namespace.awaitEnd(holder);
    Cgroups.remove(cgroup());
    namespace.close();
    OPEN.remove(this);
  }

  @Override
  public String toString() {
    return name();
  }

  private List<String> enter(String... command) {
    List<String> entered =
        new ArrayList<>(
            List.of("nsenter", "--target=" + init.pid(), "--net", "--mount", "--pid", "--"));
    entered.addAll(List.of(command));
    return entered;
  }

  /** Starts the process whose child is the first one of the machine. */
  private static ProcessHandle boot(Namespace namespace) {
    List<String> command = new ArrayList<>(BOOT);
    command.addAll(OWN_PATHS);
    Process holder = namespace.start(command.toArray(String[]::new));
    StringBuilder output = new StringBuilder();
    try {
      BufferedReader lines = holder.inputReader(UTF_8);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals("ready")) {
          return holder.toHandle();
        }
        output.append('\n').append(line);
      }
    } catch (IOException broken) {
      throw new AssertionError("cannot start machine " + namespace + ":" + output, broken);
    }
    throw new AssertionError("cannot start machine " + namespace + ":" + output);
  }
}
