package io.kindnet.netlink.unix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FdShortageTest {
  @TempDir private Path directory;

  @Test
  void aProcessWithoutFdsLosesNothingButThem() throws IOException {
    Process process =
        new ProcessBuilder(
                "prlimit",
                "--nofile=128:128",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:-UseContainerSupport", // which opens files now and then
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                FdShortage.class.getName(),
                directory.resolve("socket").toString())
            .redirectErrorStream(true)
            .start();

    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
        .isEqualTo(
            """
            EMSGSIZE (Message too long), received 0
            EMFILE (Too many open files)
            EMFILE (Too many open files), received 0
            free afterwards: 2
            EMFILE (Too many open files), received 0
            received 1
            accepted
            closed by who accepted it
            """);
  }
}
