package io.kindnet.netlink.libc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Of this JVM, which has its own code mapped, and goes on. */
class MappedFilesTest {
  private static int residentKibOfFiles() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(each -> each.startsWith("RssFile:"))
            .findFirst()
            .orElseThrow();
    return Integer.parseInt(line.replaceAll("\\D", ""));
  }

  @Test
  void areNotResidentUntilTheyAreUsedAgain() throws IOException {
    int before = residentKibOfFiles();

    int released = MappedFiles.release();

    assertThat(released).isGreaterThan(1024);
    assertThat(residentKibOfFiles()).isLessThan(before - released / 4);
  }
}
