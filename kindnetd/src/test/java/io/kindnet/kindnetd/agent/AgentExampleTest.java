package io.kindnet.kindnetd.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What it takes to add an agent: the smallest one, which keeps a file in place. */
class AgentExampleTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Status status = new Status("test");
  private final Path file;

  AgentExampleTest(@TempDir Path directory) {
    file = directory.resolve("directory").resolve("file");
  }

  private static final class FileAgent implements Agent {
    private final Path file;
    private final AgentStatus status;
    private final ReconcileLoop loop;

    FileAgent(Path file, Status status) {
      this.file = file;
      this.status = status.optionalAgent("file");
      this.loop =
          new ReconcileLoop("file", Duration.ofMillis(50), pass -> reconcile(), this.status);
    }

    @Override
    public AgentStatus status() {
      return status;
    }

    @Override
    public void start() throws IOException {
      Files.createDirectory(file.getParent());
      loop.start();
    }

    private Optional<String> reconcile() throws IOException {
      if (Files.notExists(file)) {
        Files.createFile(file);
      }
      return Optional.empty();
    }

    @Override
    public void removeState() throws IOException {
      Files.deleteIfExists(file);
    }

    @Override
    public void close() {
      loop.close();
    }
  }

  @Test
  void keepsItsStateAndLeavesItThere() throws Exception {
    try (Agents agents = new Agents()) {
      agents.run(new FileAgent(file, status), true);
      Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
      Files.delete(file);
      Eventually.within(DEADLINE, () -> assertThat(file).exists());
    }
    assertThat(file).exists();
  }

  @Test
  void removesItsStateWhereItIsDisabled() throws Exception {
    Files.createDirectory(file.getParent());
    Files.createFile(file);
    try (Agents agents = new Agents()) {
      agents.run(new FileAgent(file, status), false);
    }
    assertThat(file).doesNotExist();
    assertThat(status.problems()).isEmpty();
  }
}
