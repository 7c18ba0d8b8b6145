package io.kindnet.kindnetd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A small program that sends and receives, compiled for a bench; the file says what it can do. */
public final class Traffic implements AutoCloseable {
  private final Path directory;
  private final List<String> before;

  private Traffic(Path directory, String... before) {
    this.directory = directory;
    this.before = List.of(before);
  }

  /** Compiles it into a directory of its own. */
  public static Traffic compile() throws IOException, InterruptedException {
    Traffic traffic = new Traffic(Files.createTempDirectory("kindnet-traffic"));
    Path source = traffic.directory.resolve("traffic.c");
    Files.writeString(source, Resources.text(Traffic.class, "traffic.c"));
    Process compiler =
        new ProcessBuilder("cc", "-O2", "-Wall", "-o", traffic.program(), source.toString())
            .inheritIO()
            .start();
    if (compiler.waitFor() != 0) {
      throw new AssertionError("cannot compile " + source);
    }
    return traffic;
  }

  /**
   * The same, but all on one processor: whether client and server are on the same one, which the
   * scheduler else decides each time, makes more of a difference than what is measured.
   */
  public Traffic onOneProcessor() {
    return new Traffic(directory, "taskset", "-c", "0");
  }

  private String[] command(String... arguments) {
    return Stream.of(before, List.of(program()), List.of(arguments))
        .flatMap(List::stream)
        .toArray(String[]::new);
  }

  private String program() {
    return directory.resolve("traffic").toString();
  }

  /** Serves there until the namespace is closed. */
  public void serve(Namespace namespace, int port) throws IOException {
    Process server = namespace.start(command("serve", String.valueOf(port)));
    String said = server.inputReader(UTF_8).readLine();
    if (!"ready".equals(said)) {
      throw new AssertionError("the server says " + said);
    }
  }

  /** Runs it as a client. Returns the number that it says. */
  public long run(Namespace client, String what, String address, int port, int count, int size) {
    return Long.parseLong(
        client
            .run(
                command(
                    what,
                    address,
                    String.valueOf(port),
                    String.valueOf(count),
                    String.valueOf(size)))
            .strip());
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(directory.resolve("traffic"));
      Files.deleteIfExists(directory.resolve("traffic.c"));
      Files.delete(directory);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
