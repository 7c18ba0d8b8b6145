package io.kindnet.kindnetd.cniconfig;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of the configuration where its writer is killed. */
class KilledWriterTest {
  private static final String FILE = "10-kindnet.conflist";
  private static final int KILLS = 10;
  private static final List<String> TEXTS = List.of("one\n".repeat(2_000), "two\n".repeat(3_000));

  private final Path directory;
  private final ConfigurationFile file;

  KilledWriterTest(@TempDir Path directory) {
    this.directory = directory;
    this.file = new ConfigurationFile(directory, FILE);
  }

  /** A process that writes one after the other for as long as it lives. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws IOException {
      ConfigurationFile file = new ConfigurationFile(Path.of(arguments[0]), FILE);
      for (int number = 0; ; number++) {
        file.write(TEXTS.get(number % 2));
        if (number == 2) {
          System.out.println("writes");
        }
      }
    }
  }

  private void writeUntilKilled() throws IOException {
    Process writer = JavaProcess.start(Writer.class, directory.toString());
    try {
      assertThat(writer.inputReader().readLine()).isEqualTo("writes");
    } finally {
      writer.destroyForcibly().onExit().join();
    }
  }

  @Test
  void leavesOneTextAndNothingElseOnceTheNextWriterIsThere() throws IOException {
    for (int kill = 0; kill < KILLS; kill++) {
      writeUntilKilled();
      String text = Files.readString(directory.resolve(FILE));
      assertThat(TEXTS).contains(text);

      assertThat(file.write(text)).as("that there was anything to write").isFalse();

      assertThat(names()).containsExactly(FILE);
    }
  }

  @Test
  void leavesNothingOnceTheFileIsRemoved() throws IOException {
    Files.writeString(directory.resolve("." + FILE + ".tmp"), TEXTS.getFirst());
    Files.writeString(directory.resolve("." + FILE + ".123.tmp"), TEXTS.getFirst());
    Files.writeString(directory.resolve(".11-other.conflist.tmp"), "");
    file.write(TEXTS.getLast());
    Files.writeString(directory.resolve("." + FILE + ".tmp"), TEXTS.getFirst());

    assertThat(file.remove()).isTrue();

    assertThat(names()).containsExactly(".11-other.conflist.tmp");
    Files.writeString(directory.resolve("." + FILE + ".tmp"), TEXTS.getFirst());
    assertThat(file.remove()).isFalse();
    assertThat(names()).containsExactly(".11-other.conflist.tmp");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
