package io.kindnet.cni.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher as a file, and its parts on their own. */
class LauncherProgramTest {

  /** With musl a twentieth of it, which a machine need not have. */
  @Test
  void isSmall() throws IOException {
    assertThat(Files.size(LauncherProgram.SHIPPED.path())).isLessThan(1 << 20);
  }

  /** In a root directory that has nothing else: no libraries, no /proc, no /dev. */
  @Test
  void needsNothingButTheKernel(@TempDir Path root) throws IOException {
    Path bin = Files.createDirectory(root.resolve("bin"));
    Files.copy(
        LauncherProgram.SHIPPED.path(),
        bin.resolve("cni-kindnet"),
        StandardCopyOption.COPY_ATTRIBUTES);
    Files.createSymbolicLink(root.resolve("plugin"), Path.of("bin/cni-kindnet"));

    ProcessBuilder program = new ProcessBuilder("chroot", root.toString(), "/plugin", "pods");
    LauncherResult ran = LauncherResult.of(program, new byte[0]);

    assertThat(ran)
        .isEqualTo(
            new LauncherResult(
                1,
                "",
                "cni-kindnet: cannot execute /lib/cni-kindnet/runtime/bin/java:"
                    + " No such file or directory\n"));
  }

  /** The seeds are always the same, so that a failure is one for everybody. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void readsAnyBytesWithoutHarm(int seed) {
    int rounds = 25_000;
    ProcessBuilder program =
        new ProcessBuilder(
            LauncherProgram.FUZZ.path().toString(), String.valueOf(seed), String.valueOf(rounds));

    LauncherResult ran = LauncherResult.of(program, new byte[0]);

    assertThat(ran)
        .isEqualTo(new LauncherResult(0, "seed " + seed + "\n" + rounds + " rounds\n", ""));
  }
}
