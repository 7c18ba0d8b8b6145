package io.kindnet.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code packaging/class-cache} says of JVMs, which scripts stand in for. */
class ClassCacheTest {
  private final Path home;

  ClassCacheTest(@TempDir Path home) {
    this.home = home;
  }

  /** A run of the script to its end: exit status, and what it printed. */
  private record Ran(int exit, String printed) {}

  /**
   * @param jvm what it does that starts with a cache, a script
   */
  private Ran makeCacheWith(String jvm) throws IOException, InterruptedException {
    Files.createFile(home.resolve("jvm.options"));
    Path java = Files.createDirectories(home.resolve("runtime/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\ncase \"$*\" in *AOTMode=create*) exit 0 ;; esac\n" + jvm);
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(home.resolve("runtime/release"), "JAVA_VERSION=\"99.1\"\n");
    Process process =
        new ProcessBuilder("../packaging/class-cache", home.toString(), "program", "/nonexistent")
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ran(process.waitFor(), printed);
  }

  @Test
  void saysNothingOfAJvmThatStartsWithItsCache() throws Exception {
    assertThat(makeCacheWith("echo 99.1 >&2")).isEqualTo(new Ran(0, ""));
  }

  @Test
  void saysWhichJvmDoesNotStartWithItsCacheAndWhy() throws Exception {
    Ran ran = makeCacheWith("echo Unexpected exception; echo InternalError >&2; exit 1");

    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.printed())
        .isEqualTo(
            """
            InternalError
            Unexpected exception
            program has no cache of classes that works, with this JDK:
            JAVA_VERSION="99.1"
            """);
  }

  @Test
  void refusesMachineCodeOfTheMachineThatBuilds() throws Exception {
    Ran ran = makeCacheWith("echo '[aot,codecache,init] Loaded 424 AOT code entries from cache'");

    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.printed()).contains("holds machine code for the processor of this machine");
  }
}
