package io.kindnet.kindnetd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/kindnetd} in a directory as {@code make dist} makes it, with a script as the JVM. */
class LauncherTest {
  private static final String JVM =
      """
      #!/bin/sh
      printf '%s\\n' "$@"
      printf 'descriptor 9: %s\\n' "$(readlink /proc/$$/fd/9)"
      """;

  private final Path directory;
  private Path program;
  private Path home;

  LauncherTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void install() throws IOException {
    Path installed = directory.toRealPath().resolve("the agent");
    program = Files.createDirectories(installed.resolve("bin")).resolve("kindnetd");
    Files.copy(Path.of("src/main/launcher/kindnetd"), program);
    home = installed.resolve("lib/kindnetd");
    Path java = Files.createDirectories(home.resolve("runtime/bin")).resolve("java");
    Files.writeString(java, JVM);
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createFile(home.resolve("kindnetd.jar"));
  }

  private static List<String> run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed.lines().toList();
  }

  private List<String> runByShell(String script) throws IOException, InterruptedException {
    return run("sh", "-c", script, program.toString());
  }

  /** By a name that leads to it wherever the directory lies: the cache of classes has it, too. */
  @Test
  void namesTheJarByAFdOfItsDirectory() throws Exception {
    assertThat(run(program.toString(), "--v=4", "a b"))
        .containsSequence(
            "-cp", "/proc/self/fd/9/kindnetd.jar", "io.kindnet.kindnetd.Kindnetd", "--v=4", "a b")
        .contains("descriptor 9: " + home);
  }

  @Test
  void findsItsDirectoryBehindLinksFromAnyPlace() throws Exception {
    Files.createSymbolicLink(directory.resolve("first"), program);
    Files.createSymbolicLink(directory.resolve("second"), Path.of("first"));

    assertThat(run(directory.resolve("second").toString())).contains("descriptor 9: " + home);
    assertThat(runByShell("cd \"${0%/*}\" && exec ./kindnetd")).contains("descriptor 9: " + home);
  }

  @Test
  void leavesTheCallerItsFds() throws Exception {
    Path jar = home.resolve("kindnetd.jar");
    Path other = Files.createFile(directory.toRealPath().resolve("other"));

    List<String> started = runByShell("exec \"$0\" 9<'" + other + "'");

    assertThat(started).contains("descriptor 9: " + other);
    assertThat(started.get(started.indexOf("-cp") + 1))
        .satisfies(path -> assertThat(Path.of(path).toRealPath()).isEqualTo(jar))
        .doesNotContain("/proc/");
  }

  @Test
  void asksForTheCacheThatIsThere() throws Exception {
    assertThat(run(program.toString())).startsWith("-XX:AOTMode=off");

    Path cache = Files.createFile(home.resolve("kindnetd.aot"));

    String option = run(program.toString()).getFirst();
    assertThat(option).startsWith("-XX:AOTCache=");
    assertThat(Path.of(option.substring("-XX:AOTCache=".length())).toRealPath()).isEqualTo(cache);
  }

  /** Newer JVMs take the cache only then, and a copy may have been made without times. */
  @Test
  void givesTheJarTheTimeThatItsCacheWasMadeFor() throws Exception {
    Path jar = home.resolve("kindnetd.jar");
    Files.createFile(home.resolve("kindnetd.aot"));

    assertThat(run(program.toString())).first().asString().startsWith("-XX:AOTCache=");
    assertThat(Files.getLastModifiedTime(jar))
        .isEqualTo(FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));

    Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH));
    assertThat(runByShell("PATH=/nonexistent; exec \"$0\""))
        .first()
        .asString()
        .isEqualTo(
            "kindnetd: %s is not of the time that its class cache was made for: the start may take"
                + " longer",
            program.resolveSibling("../lib/kindnetd/kindnetd.jar"));
  }
}
