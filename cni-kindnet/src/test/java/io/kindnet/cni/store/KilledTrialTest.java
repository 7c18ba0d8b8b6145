package io.kindnet.cni.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A call that is killed while it tries whether the disk is full leaves nothing on it. */
class KilledTrialTest {
  private static final int KILLS = 10;

  /** A process that tries for as long as it lives. */
  static final class Trier {
    private Trier() {}

    public static void main(String[] arguments) {
      Path file = Path.of(arguments[0]);
      System.out.println("tries" + StateFile.whyNotWritable(file));
      while (StateFile.whyNotWritable(file).isEmpty()) {
        // again
      }
    }
  }

  @Test
  void leavesNothing(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve(Store.FILE_NAME));
    for (int kill = 0; kill < KILLS; kill++) {
      Process trier = JavaProcess.start(Trier.class, file.toString());
      try {
        assertThat(trier.inputReader().readLine()).isEqualTo("tries");
      } finally {
        trier.destroyForcibly().onExit().join();
      }
      try (Stream<Path> files = Files.walk(directory)) {
        assertThat(files.filter(Files::isRegularFile).mapToLong(path -> path.toFile().length()))
            .as("bytes on the disk")
            .containsOnly(0L);
      }
    }

    assertThat(StateFile.whyNotWritable(file)).isEmpty();

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }
}
