package io.kindnet.cni.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/**
 * A launcher in a directory as {@code make dist} makes it, with a script in the place of the JVM.
 */
final class InstalledLauncher {
  private final Path directory;
  private final Path program;

  private InstalledLauncher(Path directory, Path program) {
    this.directory = directory;
    this.program = program;
  }

  /** Copies {@code program} into {@code directory}, which is made. */
  static InstalledLauncher in(Path directory, LauncherProgram program) {
    try {
      Path bin = Files.createDirectories(directory.resolve("bin"));
      Path installed = bin.resolve("cni-kindnet");
      Files.copy(program.path(), installed);
      Path java = directory.resolve("lib/cni-kindnet/runtime/bin/java");
      Files.createDirectories(java.getParent());
      Files.writeString(java, ExecutedProgram.SCRIPT);
      Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
      return new InstalledLauncher(directory, installed);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot install a launcher in " + directory, failed);
    }
  }

  /** {@code bin/cni-kindnet}. */
  Path program() {
    return program;
  }

  /** {@code lib/cni-kindnet}, without symbolic links. */
  Path home() {
    try {
      return directory.toRealPath().resolve("lib/cni-kindnet");
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /** What stands in for the JVM. */
  Path java() {
    return home().resolve("runtime/bin/java");
  }

  /** Runs it with these variables and no others. */
  LauncherResult run(Map<String, String> variables, String input, String... arguments) {
    ProcessBuilder builder = new ProcessBuilder(program.toString());
    builder.command().addAll(List.of(arguments));
    return run(builder, variables, input);
  }

  /** Runs what a shell makes of {@code script}, in which {@code $0} is the launcher. */
  LauncherResult runByShell(String script, Map<String, String> variables, String input) {
    return run(new ProcessBuilder("/bin/bash", "-c", script, program.toString()), variables, input);
  }

  private static LauncherResult run(
      ProcessBuilder builder, Map<String, String> variables, String input) {
    builder.environment().clear();
    builder.environment().putAll(variables);
    return LauncherResult.of(builder, input.getBytes(UTF_8));
  }
}
