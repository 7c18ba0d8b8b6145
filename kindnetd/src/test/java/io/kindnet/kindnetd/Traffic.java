package io.kindnet.kindnetd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small program that sends and receives, compiled for a bench; the file says what it can do. */
public final class Traffic implements AutoCloseable {
  private final Path directory;

  private Traffic(Path directory) {
    this.directory = directory;
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

  private String program() {
    return directory.resolve("traffic").toString();
  }

  /** Serves there until the namespace is closed. */
  public void serve(Namespace namespace, int port) throws IOException {
    Process server = namespace.start(program(), "serve", String.valueOf(port));
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
                program(),
                what,
                address,
                String.valueOf(port),
                String.valueOf(count),
                String.valueOf(size))
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
