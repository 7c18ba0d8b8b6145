package io.kindnet.kindnetd.install;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of one version of the plugin, sorted by path. Lies in each installed version, so that
 * whoever looks at it can tell whether it is whole without having the same version at hand.
 */
record FileList(List<PluginFile> files) {
  private static final int DIGITS = 12;

  /** All files in {@code directory}; symbolic links count as what they lead to. */
  static FileList of(Path directory) throws IOException {
    List<PluginFile> files = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        if (!Files.isDirectory(path)) {
          files.add(PluginFile.of(directory, path));
        }
      }
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
    files.sort(Comparator.comparing(PluginFile::path));
    return new FileList(List.copyOf(files));
  }

  /**
   * What {@link #text} made.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static FileList parse(String text) {
    return new FileList(text.lines().map(PluginFile::parse).toList());
  }

  String text() {
    StringBuilder text = new StringBuilder();
    files.forEach(file -> text.append(file).append('\n'));
    return text.toString();
  }

  /** A few digits that differ where anything of the files does. */
  String digest() {
    try {
      byte[] whole = MessageDigest.getInstance("SHA-256").digest(text().getBytes(UTF_8));
      return HexFormat.of().formatHex(whole).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** How many bytes all of them have. */
  long size() {
    return files.stream().mapToLong(PluginFile::size).sum();
  }
}
