package io.kindnet.e2e.scale;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import io.kindnet.e2e.cluster.Machine;
import io.kindnet.measuring.ProcessFiles;
import io.kindnet.netlink.testing.Eventually;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** kindnetd, or the controller, on a machine, and what can be seen of it. */
final class ScaleAgent implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final String PID_FILE = "/run/e2e/kindnetd.pid";
  private static final String STATUS_PORT = ":19080";

  /** What it says when it has seen all objects of a kind. */
  private static final String LISTED = " listed from ";

  private static final String JCMD = "/opt/kindnet/kindnetd/lib/kindnetd/runtime/bin/jcmd";

  private final Machine machine;
  private final HttpClient http;
  private final String address;
  private final long begin = System.nanoTime();
  private final Process entering;
  private final StringWriter output = new StringWriter(); // which threads may share
  private final Map<String, List<Long>> lists = new ConcurrentHashMap<>();
  private final ProcessFiles process;

  private ScaleAgent(Machine machine, HttpClient http, String address, List<String> command)
      throws IOException {
    this.machine = machine;
    this.http = http;
    this.address = address;
    Path pidFile = machine.path(PID_FILE);
    Files.deleteIfExists(pidFile);
    List<String> all = new ArrayList<>();
    all.addAll(List.of("sh", "-c", "echo $$ >" + PID_FILE + " && exec \"$@\"", "agent"));
    all.addAll(command);
    entering = machine.start(all.toArray(String[]::new));
    Thread.ofPlatform().daemon().name("output of kindnetd").start(this::read);
    await(() -> {
      if (Files.size(pidFile) == 0) {
        throw new AssertionError("kindnetd does not start");
      }
    });
    process = new ProcessFiles(machine.path("/proc/" + Files.readString(pidFile).strip()));
  }

  /**
   * Starts it.
   *
   * @param http a client in the network of the machine
   * @param address the machine's
   */
  static ScaleAgent start(Machine machine, HttpClient http, String address, List<String> command) {
    try {
      return new ScaleAgent(machine, http, address, command);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot start kindnetd", failed);
    }
  }

  /** Until it ends; all of it goes to the log, too. */
  private void read() {
    Path log = machine.settings().logs().resolve(machine.name() + "-kindnetd.log");
    try (BufferedReader lines = entering.inputReader(UTF_8);
        BufferedWriter copy = Files.newBufferedWriter(log, CREATE, APPEND)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int end = line.indexOf(LISTED);
        if (end >= 0) {
          String kind = line.substring(line.lastIndexOf(' ', end - 1) + 1, end);
          lists.computeIfAbsent(kind, first -> new CopyOnWriteArrayList<>()).add(System.nanoTime());
        }
        output.write(line + "\n");
        copy.write(line + "\n");
        copy.flush();
      }
    } catch (IOException closed) {
      output.write(closed + "\n");
    }
  }

  /** How often it has listed all Nodes. */
  int lists() {
    return listed("Nodes").size();
  }

  /** When it has listed all objects of a kind, by {@link System#nanoTime}. */
  private List<Long> listed(String kind) {
    return lists.getOrDefault(kind, List.of());
  }

  /** Waits for the list of all Nodes; seconds after the start of the process. */
  double awaitListed() {
    return awaitListed("Nodes");
  }

  /**
   * Waits for the list of all objects of a kind; seconds after the start of the process.
   *
   * @param kind such as {@code Pods}
   */
  double awaitListed(String kind) {
    await(() -> {
      if (listed(kind).isEmpty()) {
        throw new AssertionError("kindnetd has no list of " + kind);
      }
    });
    return (listed(kind).getFirst() - begin) / 1e9;
  }

  /** Waits until it says that its work is done; seconds after the start of the process. */
  double awaitInPlace() {
    return awaitReady("routes", "masquerading");
  }

  /** Waits until parts of it are ready; seconds after the start of the process. */
  double awaitReady(String... parts) {
    await(() -> {
      String ready = page("/readyz");
      for (String part : parts) {
        if (!ready.contains("[+]" + part + " ")) {
          throw new AssertionError("kindnetd is not ready:\n" + ready);
        }
      }
    });
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Waits until its process is so many seconds old. */
  void awaitAge(double seconds) {
    await(() -> {
      if ((System.nanoTime() - begin) / 1e9 < seconds) {
        throw new AssertionError("kindnetd is not old enough yet");
      }
    });
  }

  /** Waits for something, as long as it runs. */
  void await(Eventually.Assertion assertion) {
    Eventually.within(
        DEADLINE,
        () -> {
          if (entering.isAlive()) {
            assertion.check();
          }
        });
    if (!entering.isAlive()) {
      throw new AssertionError("kindnetd has ended:\n" + output);
    }
  }

  /**
   * Waits until it has printed a line that contains {@code text}; seconds after the start of the
   * process.
   */
  double awaitLine(String text) {
    await(() -> {
      if (!output.toString().contains(text)) {
        throw new AssertionError("kindnetd does not say: " + text);
      }
    });
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Waits for so many seconds; the share of a core that it took meanwhile, in percent. */
  double percentOfCore(int seconds) {
    double before = process.cpuMillis();
    long since = System.nanoTime();
    await(() -> {
      if (System.nanoTime() - since < TimeUnit.SECONDS.toNanos(seconds)) {
        throw new AssertionError("not so long yet");
      }
    });
    return (process.cpuMillis() - before) / ((System.nanoTime() - since) / 1e6) * 100;
  }

  /** The bytes of all objects in its heap that are in use. */
  long liveBytes() {
    return HeapHistogram.liveBytes(machine.run(JCMD, pid(), "GC.class_histogram"));
  }

  Metrics metrics() {
    return Metrics.parse(page("/metrics"));
  }

  Messages messages() {
    return Messages.of(metrics());
  }

  private String page(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + STATUS_PORT + path)).build();
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString(UTF_8));
      return response.body();
    } catch (IOException failed) {
      throw new AssertionError("kindnetd does not answer: " + failed, failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  /** What the kernel tells of it. */
  ProcessFiles process() {
    return process;
  }

  private String pid() {
    return process.directory().getFileName().toString();
  }

  /** Ends it as a kubelet does. What it has put into the kernel stays there. */
  @Override
  public void close() {
    machine.attempt("kill", "-TERM", pid());
    try {
      if (!entering.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("kindnetd does not end:\n" + output);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      entering.destroyForcibly();
    }
  }
}
