package io.kindnet.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Where a cluster lies and what it is made of.
 *
 * @param state the directory that the cluster is: two with different ones do not know each other
 * @param logs the directory that programs write their logs to
 * @param tools the directories of the programs that {@code build/cluster-tools} makes, which come
 *     before those of the host
 * @param built what {@code e2e/images} makes: the first process of machines, and archives of images
 */
public record Settings(Path state, Path logs, List<Path> tools, Path built) {

  /**
   * What {@code e2e/run} gives in the environment.
   *
   * @throws SettingsException naming the variable that is missing
   */
  public static Settings fromEnvironment() {
    return new Settings(
        path("KINDNET_E2E_STATE"),
        path("KINDNET_E2E_LOGS"),
        Arrays.stream(value("KINDNET_E2E_TOOLS").split(":", -1)).map(Settings::absolute).toList(),
        path("KINDNET_E2E_BUILT"));
  }

  private static Path path(String variable) {
    return absolute(value(variable));
  }

  private static Path absolute(String path) {
    return Path.of(path).toAbsolutePath().normalize();
  }

  private static String value(String variable) {
    String value = System.getenv(variable);
    if (value == null || value.isEmpty()) {
      throw new SettingsException(variable + " is not set: run it by `make e2e`");
    }
    return value;
  }

  /** A name that no other cluster of this machine has. */
  String name() {
    CRC32 sum = new CRC32();
    sum.update(state.toString().getBytes(UTF_8));
    return "kindnet-e2e-%08x".formatted(sum.getValue());
  }

  /** The first process of machines. */
  Path pause() {
    return built.resolve("pause");
  }

  /** Archives of the images that every node has. */
  List<Path> images() {
    try (DirectoryStream<Path> archives =
        Files.newDirectoryStream(built.resolve("images"), "*.tar")) {
      List<Path> images = new ArrayList<>();
      archives.forEach(images::add);
      return images;
    } catch (IOException unreadable) {
      throw new UncheckedIOException("no images: e2e/images makes them", unreadable);
    }
  }

  /** A program of Kubernetes. */
  String tool(String program) {
    return tools.stream()
        .map(directory -> directory.resolve(program))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .orElseThrow(() ->
            new SettingsException(
                "no program " + program + " in " + tools + ": build/cluster-tools makes it"));
  }

  /** Where machines look for programs, as the value of {@code PATH}. */
  String searchPath() {
    return Stream.concat(tools.stream().map(Path::toString), Stream.of(System.getenv("PATH")))
        .collect(Collectors.joining(":"));
  }
}
