package io.kindnet.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** With the library of ours that has old classes. */
class NewerClassFilesTest {
  private static final int JAVA_8 = 52;
  private static final String MAIN = "picocli/CommandLine.class";

  @TempDir Path directory;

  private void unpack() throws Exception {
    Path jar =
        Path.of(CommandLine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (FileSystem system = FileSystems.newFileSystem(jar);
        Stream<Path> files = Files.walk(system.getPath("picocli"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, directory.resolve(file.toString()));
      }
    }
  }

  private int version(String file) throws IOException {
    try (DataInputStream bytes =
        new DataInputStream(Files.newInputStream(directory.resolve(file)))) {
      bytes.skipNBytes(6);
      return bytes.readUnsignedShort();
    }
  }

  @Test
  void everyOldClassIsVerifiedByItsStackMaps() throws Exception {
    unpack();
    assertThat(version(MAIN)).isLessThan(JAVA_8);

    List<String> changed = NewerClassFiles.change(directory);

    assertThat(changed).contains(MAIN);
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {directory.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      for (String file : changed) {
        assertThat(version(file)).as(file).isEqualTo(JAVA_8);
        String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
        // whose verification fails is not initialized
        assertThat(Class.forName(name, true, loader)).isNotNull();
      }
    }
  }

  @Test
  void whatHasBeenChangedIsNotChangedAgain() throws Exception {
    unpack();
    NewerClassFiles.change(directory);

    assertThat(NewerClassFiles.change(directory)).isEmpty();
  }
}
