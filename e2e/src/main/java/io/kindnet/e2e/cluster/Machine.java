package io.kindnet.e2e.cluster;

import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A machine as far as programs on it can tell: a network, process, mount and host name namespace.
 * It runs until it is stopped, whatever becomes of the program that started it; what it wrote to
 * {@code /var}, {@code /opt} and {@code /etc/cni} is on its disk, a directory.
 *
 * @param name its host name
 * @param settings of the cluster that it belongs to
 */
public record Machine(String name, Settings settings) {
  private static final Duration BOOT_DEADLINE = Duration.ofMinutes(1);
  private static final int OUTER_LEVELS = levels(ProcessHandle.current().pid());

  /** Enters the cgroup whose file is the first argument, and is the rest of them. */
  private static final String IN_CGROUP = "echo $$ >\"$0\" && exec \"$@\"";

  /** Starts it, unless it runs. */
  void boot() {
    if (init().isPresent()) {
      return;
    }
    stop();
    Path ready = directory().resolve("ready");
    Path log = settings.logs().resolve(name + "-boot.log");
    try {
      Files.createDirectories(directory());
      Files.createDirectories(settings.logs());
      Files.deleteIfExists(ready);
      List<String> paths = new ArrayList<>();
      paths.add(settings.pause().toString());
      settings.tools().forEach(directory -> paths.add(directory.toString()));
      paths.add(settings.state().toString());
      paths.add(settings.logs().toString());
      paths.add(settings.built().toString());
      new ProcessBuilder(
              inCgroup(
                  Command.join(
                      List.of(
                          "unshare",
                          "--net",
                          "--uts",
                          "--ipc",
                          "--mount",
                          "--propagation=private",
                          "--pid",
                          "--fork",
                          "--kill-child",
                          "sh",
                          "-c",
                          Resources.text(Machine.class, "machine.sh"),
                          "machine",
                          name,
                          directory().toString()),
                      paths.toArray(String[]::new))))
          .redirectErrorStream(true)
          .redirectOutput(log.toFile())
          .start()
          .getOutputStream()
          .close();
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot start machine " + name, failed);
    }
    Eventually.within(
        BOOT_DEADLINE,
        () -> {
          if (!Files.exists(ready)) {
            throw new AssertionError(
                "machine " + name + " does not start:\n" + Files.readString(log));
          }
        });
  }

  /** Ends it like a power failure. What it wrote is on its disk. */
  void stop() {
    cgroup().remove();
  }

  /** Whether it runs. */
  public boolean isRunning() {
    return init().isPresent();
  }

  /** Runs a program there and returns what it printed. */
  public String run(String... command) {
    return Command.run(enter(List.of(command)));
  }

  /** As {@link #run}, with {@code input} on the program's standard input. */
  public String runWithInput(String input, String... command) {
    return Command.run(enter(List.of(command)), input);
  }

  /** As {@link #run}, but leaves it to the caller to judge the exit status. */
  public Command.Result attempt(String... command) {
    return Command.attempt(enter(List.of(command)), "");
  }

  /** Starts a program there whose output the caller reads. */
  public Process start(String... command) {
    try {
      return new ProcessBuilder(enter(List.of(command))).redirectErrorStream(true).start();
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot start " + command[0] + " on " + name, failed);
    }
  }

  /** Starts a program that stays, with its output in {@code log}. */
  void startDetached(Path log, List<String> command) throws IOException {
    Files.createDirectories(log.getParent());
    new ProcessBuilder(inCgroup(enter(command)))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start()
        .getOutputStream()
        .close();
  }

  /** Where this process finds a file of the machine. */
  public Path path(String absolute) {
    return Path.of("/proc/" + requireInit() + "/root" + absolute);
  }

  /** A process of it that is there as long as it runs, as the machine below numbers it. */
  long requireInit() {
    return init().orElseThrow(() -> new IllegalStateException("machine " + name + " does not run"));
  }

  /** The cgroup for the pods on it. */
  Cgroup podCgroup() {
    return new Cgroup(cgroup().name() + "/pods");
  }

  /** What keeps its files between two starts. */
  private Path directory() {
    return settings.state().resolve("machines").resolve(name);
  }

  private Cgroup cgroup() {
    return new Cgroup("/" + settings.name() + "/" + name);
  }

  private Cgroup systemCgroup() {
    return new Cgroup(cgroup().name() + "/system");
  }

  private List<String> inCgroup(List<String> command) {
    List<String> all = new ArrayList<>(List.of("setsid", "sh", "-c", IN_CGROUP));
    all.add(systemCgroup().entrance().toString());
    all.addAll(command);
    return all;
  }

  /** How to run a program on the machine from outside, of the versions that the cluster has. */
  List<String> enter(List<String> command) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "nsenter",
                "--target=" + requireInit(),
                "--net",
                "--uts",
                "--ipc",
                "--mount",
                "--pid",
                "--",
                "env",
                "PATH=" + settings.searchPath()));
    all.addAll(command);
    return all;
  }

  /** The first process of its process namespace. */
  private Optional<Long> init() {
    if (!Files.exists(directory().resolve("ready"))) {
      return Optional.empty();
    }
    return systemCgroup().processes().stream()
        .filter(pid -> levels(pid) == OUTER_LEVELS + 1 && isFirst(pid))
        .findFirst();
  }

  private static boolean isFirst(long pid) {
    return namespacePids(pid).endsWith("\t1");
  }

  /** How many process namespaces deep a process is; 0 if it has gone. */
  private static int levels(long pid) {
    String pids = namespacePids(pid);
    return pids.isEmpty() ? 0 : pids.split("\t", -1).length;
  }

  /** The line of {@code /proc/PID/status} that tells its number in each namespace. */
  private static String namespacePids(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(line -> line.startsWith("NSpid:"))
          .findFirst()
          .orElse("");
    } catch (IOException gone) {
      return "";
    }
  }
}
