package io.kindnet.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.kenai.jffi.Version;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectVersionTest {
  private static final List<String> NUMBERS = List.of("MAJOR", "MINOR", "MICRO");

  private static final String FOREIGN = "com/kenai/jffi/Foreign.class";
  private static final String VERSION = "com/kenai/jffi/Version.class";

  @TempDir Path directory;

  @BeforeEach
  void copyClasses() throws Exception {
    for (String name : List.of(FOREIGN, VERSION)) {
      Path file = directory.resolve(name);
      Files.createDirectories(file.getParent());
      try (InputStream original = Version.class.getClassLoader().getResourceAsStream(name)) {
        Files.copy(original, file);
      }
    }
  }

  @Test
  void keepsTheVersion() throws Exception {
    DirectVersion.change(directory);
    Class<?> changed = load("com.kenai.jffi.Foreign");
    for (String number : NUMBERS) {
      var field = changed.getDeclaredField("VERSION_" + number);
      field.setAccessible(true);
      assertThat(field.get(null)).as(number).isEqualTo(Version.class.getField(number).get(null));
    }
  }

  @Test
  void needsNoReflectionForIt() throws Exception {
    DirectVersion.change(directory);
    Files.delete(directory.resolve(VERSION));
    Class<?> changed = load("com.kenai.jffi.Foreign");
    assertThat(Class.forName(changed.getName(), true, changed.getClassLoader())).isSameAs(changed);
  }

  @Test
  void refusesAClassThatNeedsNoChange() throws Exception {
    DirectVersion.change(directory);
    assertThatThrownBy(() -> DirectVersion.change(directory))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Foreign.class does not call getVersionField");
  }

  /** From the directory and the JDK only. */
  private Class<?> load(String name) throws Exception {
    return new URLClassLoader(
            new URL[] {directory.toUri().toURL()}, ClassLoader.getPlatformClassLoader())
        .loadClass(name);
  }
}
