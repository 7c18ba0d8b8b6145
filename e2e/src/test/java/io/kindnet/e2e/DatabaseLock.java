package io.kindnet.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/**
 * A process on a node that has locked the database of pods.
 *
 * @param sqlite the process
 */
record DatabaseLock(Process sqlite) implements AutoCloseable {
  private static final String LOCKED = "locked";

  /** Runs statements that lock it, and waits until they have. */
  static DatabaseLock take(Node node, String statements) {
    Process sqlite =
        node.machine().start("sqlite3", "-bail", "-cmd", ".timeout 60000", Leaks.DATABASE);
    try {
      sqlite
          .getOutputStream()
          .write((statements + "\n.shell echo " + LOCKED + "\n").getBytes(UTF_8));
      sqlite.getOutputStream().flush();
      BufferedReader said =
          new BufferedReader(new InputStreamReader(sqlite.getInputStream(), UTF_8));
      StringBuilder all = new StringBuilder();
      String line;
      do {
        line = said.readLine();
        all.append(line).append('\n');
      } while (line != null && !line.equals(LOCKED));
      assertThat(line).as(all.toString()).isEqualTo(LOCKED);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot lock the database of " + node.name(), failed);
    }
    return new DatabaseLock(sqlite);
  }

  /** Gives it free. */
  @Override
  public void close() {
    try {
      sqlite.getOutputStream().close();
      assertThat(sqlite.waitFor(TestCluster.DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }
}
