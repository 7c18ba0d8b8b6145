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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** kindnetd on a machine, and what can be seen of it. */
final class ScaleAgent implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final String PID_FILE = "/run/e2e/kindnetd.pid";
  private static final String STATUS_PORT = ":19080";

  /** What it says when it has seen all Nodes for the first time. */
  private static final String LISTED = "Nodes listed";

  private final Machine machine;
  private final HttpClient http;
  private final String address;
  private final long begin = System.nanoTime();
  private final Process entering;
  private final StringWriter output = new StringWriter(); // which threads may share
  private final AtomicInteger lists = new AtomicInteger();
  private volatile long listed;
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
        if (line.contains(LISTED)) {
          listed = lists.getAndIncrement() == 0 ? System.nanoTime() : listed;
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
    return lists.get();
  }

  /** Waits for the list of all Nodes; seconds after the start of the process. */
  double awaitListed() {
    await(() -> {
      if (listed == 0) {
        throw new AssertionError("kindnetd has no list of Nodes");
      }
    });
    return (listed - begin) / 1e9;
  }

  /** Waits until it says that its work is done; seconds after the start of the process. */
  double awaitInPlace() {
    await(() -> {
      String ready = page("/readyz");
      for (String part : List.of("[+]routes ", "[+]masquerading ")) {
        if (!ready.contains(part)) {
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

  /** Ends it as a kubelet does. What it has put into the kernel stays there. */
  @Override
  public void close() {
    machine.attempt("kill", "-TERM", process.directory().getFileName().toString());
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
