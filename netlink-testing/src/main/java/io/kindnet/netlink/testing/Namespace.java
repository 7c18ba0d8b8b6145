package io.kindnet.netlink.testing;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A fresh network namespace with a name under {@code /run/netns}, for one test. Tests usually get
 * theirs from {@link NetworkNamespaces}.
 */
public final class Namespace implements AutoCloseable {
  private static final Path DIRECTORY = Path.of("/run/netns");
  private static final String PREFIX = "kt-" + ProcessHandle.current().pid() + "-";
  private static final Duration KILL_DEADLINE = Deadlines.scaled(Duration.ofSeconds(60));
  private static final Duration ADDRESS_DEADLINE = Duration.ofSeconds(60);
  private static final AtomicInteger COUNTER = new AtomicInteger();
  private static final Set<Namespace> OPEN = ConcurrentHashMap.newKeySet();

  private static final ReentrantReadWriteLock LOCK = new ReentrantReadWriteLock();

  /** Whether the process ends, so that no namespace may be made any more. */
  private static boolean ending;

  static {
    // Ctrl-C in the middle of a test must not leave namespaces behind.
    Runtime.getRuntime().addShutdownHook(new Thread(Namespace::closeAll));
  }

  private final String name;
  private final List<Process> started = new CopyOnWriteArrayList<>();

  private Namespace(String name) {
    this.name = name;
  }

  /**
   * Makes a namespace.
   *
   * @param label what it stands for, such as {@code pod}; the end of its name
   * @throws AssertionError without the capabilities that this takes; such a test never skips
   */
  public static Namespace create(String label) {
    Capabilities.require();
    Namespace namespace = new Namespace(PREFIX + COUNTER.incrementAndGet() + "-" + label);
    LOCK.readLock().lock();
    try {
      if (ending) {
        throw new IllegalStateException("the process ends, no namespace is made any more");
      }
      Commands.run(List.of("ip", "netns", "add", namespace.name));
      OPEN.add(namespace);
    } finally {
      LOCK.readLock().unlock();
    }
    return namespace;
  }

  private static void closeAll() {
    LOCK.writeLock().lock();
    try {
      ending = true;
    } finally {
      LOCK.writeLock().unlock();
    }
    OPEN.forEach(Namespace::close);
  }

  /** The names of this process's namespaces that exist now. */
  static Set<String> existing() {
    Set<String> names = new TreeSet<>();
    if (Files.isDirectory(DIRECTORY)) {
      try (DirectoryStream<Path> paths = Files.newDirectoryStream(DIRECTORY, PREFIX + "*")) {
        paths.forEach(path -> names.add(path.getFileName().toString()));
      } catch (IOException unreadable) {
        throw new AssertionError("cannot list " + DIRECTORY, unreadable);
      }
    }
    return names;
  }

  /** Removes a namespace of this process that a test left behind. */
  static void remove(String name) {
    Optional<Namespace> open = OPEN.stream().filter(n -> n.name.equals(name)).findAny();
    open.orElseGet(() -> new Namespace(name)).close();
  }

  /** The name, as in {@code ip netns exec NAME}. */
  public String name() {
    return name;
  }

  /** The file that stands for the namespace, to be opened or named as {@code CNI_NETNS}. */
  public Path path() {
    return DIRECTORY.resolve(name);
  }

  /**
   * Runs a program in the namespace and returns its standard output.
   *
   * @throws AssertionError with standard output and error, if the exit status is not 0
   */
  public String run(String... command) {
    List<String> entered = enter(command);
    return Commands.outputOf(entered, Commands.tryRun(entered, ""));
  }

  /** As {@link #run}, with {@code input} on the program's standard input. */
  public String runWithInput(String input, String... command) {
    List<String> entered = enter(command);
    return Commands.outputOf(entered, Commands.tryRun(entered, input));
  }

  /** As {@link #run}, but leaves it to the caller to judge the exit status. */
  public CommandResult tryRun(String... command) {
    return tryRunWithInput("", command);
  }

  /** As {@link #tryRun}, with {@code input} on the program's standard input. */
  public CommandResult tryRunWithInput(String input, String... command) {
    return Commands.tryRun(enter(command), input);
  }

  /**
   * Starts a program that stays, such as a server. It is killed when the namespace closes. Its
   * standard error goes into its standard output; a caller that expects much of it reads it.
   */
  public Process start(String... command) {
    try {
      Process process = new ProcessBuilder(enter(command)).redirectErrorStream(true).start();
      started.add(process);
      return process;
    } catch (IOException notStarted) {
      throw new AssertionError("cannot start " + String.join(" ", command), notStarted);
    }
  }

  /** Sets {@code lo} up, which also makes 127.0.0.1 and ::1 work. */
  public void loopbackUp() {
    run("ip", "link", "set", "lo", "up");
  }

  /**
   * Connects this namespace with {@code peer} by a veth pair and sets both ends up, duplicate
   * address detection off on both. Addresses that are to answer at once are added with {@link
   * #addAddress}.
   */
  public void connect(String interfaceName, Namespace peer, String peerInterfaceName) {
    run(
        "ip",
        "link",
        "add",
        interfaceName,
        "type",
        "veth",
        "peer",
        "name",
        peerInterfaceName,
        "netns",
        peer.name);
    setUp(interfaceName);
    peer.setUp(peerInterfaceName);
  }

  /**
   * Adds an address to an interface that is up, and waits until it answers. The kernel makes the
   * local route of an IPv6 address some time after the address, even without duplicate address
   * detection; what comes before that finds nobody.
   *
   * @param cidr the address with its prefix length: {@code fd00::1/64}
   */
  public void addAddress(String interfaceName, String cidr) {
    boolean v6 = cidr.indexOf(':') >= 0;
    String address = cidr.substring(0, cidr.indexOf('/'));
    List<String> add = new ArrayList<>(List.of("ip", "addr", "add", cidr, "dev", interfaceName));
    if (v6) {
      add.add("nodad");
    }
    run(add.toArray(String[]::new));
    String family = v6 ? "-6" : "-4";
    Eventually.within(
        ADDRESS_DEADLINE,
        () -> {
          String route =
              run("ip", family, "route", "show", "table", "local", address, "dev", interfaceName);
          if (route.isBlank()) {
            throw new AssertionError(cidr + " of " + interfaceName + " has no local route");
          }
        });
  }

  private void setUp(String interfaceName) {
    run("sysctl", "-q", "-w", "net/ipv6/conf/" + interfaceName + "/accept_dad=0");
    run("ip", "link", "set", interfaceName, "up");
  }

  /** Kills what still runs in the namespace and deletes it. Closing twice is harmless. */
  @Override
  public synchronized void close() {
    if (!Files.exists(path())) {
      OPEN.remove(this);
      return;
    }
    for (Process process : started) {
      kill(process.toHandle());
    }
    for (String pid : Commands.run(List.of("ip", "netns", "pids", name)).lines().toList()) {
      if (Long.parseLong(pid) == ProcessHandle.current().pid()) {
        throw new AssertionError("the test's own main thread is still in namespace " + name);
      }
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(Namespace::kill);
    }
    Commands.run(List.of("ip", "netns", "del", name));
    OPEN.remove(this);
  }

  @Override
  public String toString() {
    return name;
  }

  private List<String> enter(String... command) {
    List<String> entered = new ArrayList<>(List.of("nsenter", "--net=" + path()));
    entered.addAll(List.of(command));
    return entered;
  }

  private static void kill(ProcessHandle process) {
    process.destroyForcibly();
    awaitEnd(process);
  }

  /** Waits for the end of a process that was killed. */
  static void awaitEnd(ProcessHandle process) {
    try {
      process.onExit().get(KILL_DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException stillThere) {
      throw new AssertionError("cannot kill process " + process.pid(), stillThere);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while killing " + process.pid(), interrupted);
    }
  }
}
