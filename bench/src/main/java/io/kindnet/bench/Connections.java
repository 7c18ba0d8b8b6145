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

/** A small program in C that serves connections and measures them, in network namespaces. */
final class Connections {
  static final int PORT = 8080;
  static final int STREAM_PORT = 8081;

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

  /** Serves in a pod until its namespace goes. */
  void serve(Namespace pod) {
    Process server = pod.start(program, "serve", String.valueOf(PORT), String.valueOf(STREAM_PORT));
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
    return Double.parseDouble(
            client.run(program, "connect", address, String.valueOf(PORT), String.valueOf(count)))
        / 1000;
  }

  /** Tries one connection to a port, for two seconds. */
  CommandResult tryConnect(Namespace client, String address, int port) {
    return client.tryRun(program, "connect", address, String.valueOf(port), "1");
  }

  /** One connection, in bytes a second. */
  double throughput(Namespace client, String address, int millis) {
    return Double.parseDouble(
        client.run(
            program, "stream", address, String.valueOf(STREAM_PORT), String.valueOf(millis)));
  }
}
