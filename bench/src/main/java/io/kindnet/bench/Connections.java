package io.kindnet.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Resources;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A small program in C that serves connections and measures them, in network namespaces. */
final class Connections {
  static final int PORT = 8080;

  /** Of streams: the program's is the one after {@link #PORT}. */
  static final int STREAM_PORT = PORT + 1;

  private final String program;

  private Connections(String program) {
    this.program = program;
  }

  /**
   * Compiles it.
   *
   * @param directory where it goes
   */
  static Connections build(Path directory) {
    Path source = directory.resolve("connections.c");
    Path program = directory.resolve("connections");
    try {
      Files.createDirectories(directory);
      Files.writeString(source, Resources.text(Connections.class, "connections.c"));
      Process compiler =
          new ProcessBuilder("cc", "-O2", "-Wall", "-o", program.toString(), source.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(compiler.getInputStream().readAllBytes(), UTF_8);
      if (compiler.waitFor() != 0) {
        throw new AssertionError("cannot compile " + source + ": " + said);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot compile " + source, failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while compiling", interrupted);
    }
    return new Connections(program.toString());
  }

  /**
   * Serves in a pod until its namespace goes.
   *
   * @param before a command that starts the program, if not the program alone
   */
  void serve(Namespace pod, String... before) {
    List<String> command = new ArrayList<>(List.of(before));
    command.addAll(List.of(program, "serve", String.valueOf(PORT)));
    Process server = pod.start(command.toArray(String[]::new));
    try {
      BufferedReader lines = server.inputReader(UTF_8);
      String line = lines.readLine();
      if (!"ready".equals(line)) {
        throw new AssertionError("the server of " + pod + " says " + line);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException("cannot read from the server of " + pod, broken);
    }
  }

  /** The median of so many {@code connect(2)}, in microseconds. */
  double connectMicros(Namespace client, String address, int count) {
    return measure(client, "connect", address, count) / 1000;
  }

  /** Tries one connection to a port, for two seconds. */
  CommandResult tryConnect(Namespace client, String address, int port) {
    return client.tryRun(program, "connect", address, String.valueOf(port), "1");
  }

  /** One connection, in bytes a second. */
  double throughput(Namespace client, String address, int millis) {
    return measure(client, "stream", address, millis);
  }

  /**
   * What the program says.
   *
   * @param what its first argument, such as {@code rate}
   * @param number how many, or for how many milliseconds
   * @param before a command that starts the program, if not the program alone
   */
  double measure(Namespace client, String what, String address, int number, String... before) {
    List<String> command = new ArrayList<>(List.of(before));
    command.addAll(List.of(program, what, address, String.valueOf(PORT), String.valueOf(number)));
    return Double.parseDouble(client.run(command.toArray(String[]::new)));
  }
}
