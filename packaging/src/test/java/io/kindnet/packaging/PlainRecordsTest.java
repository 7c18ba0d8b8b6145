package io.kindnet.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records as javac makes them beside the same ones as the build changes them. */
class PlainRecordsTest {
  /** One of each kind of component. */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity, as javac has it
  public record All(
      boolean truth,
      byte small,
      char letter,
      short less,
      int number,
      long more,
      float part,
      double finer,
      String text,
      int[] numbers) {}

  /** Without anything to compare. */
  public record Nothing() {}

  /** Says itself what is equal. */
  public record Own(int number) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Own;
    }

    @Override
    public int hashCode() {
      return 7;
    }
  }

  private static final int[] SHARED = {1, 2};
  private static final int[] EQUAL_BUT_ANOTHER = {1, 2};

  @TempDir Path directory;

  @BeforeEach
  void copyClasses() throws IOException {
    for (Class<?> each : List.of(All.class, Nothing.class, Own.class, PlainRecordsTest.class)) {
      String name = each.getName().replace('.', '/') + ".class";
      Path file = directory.resolve(name);
      Files.createDirectories(file.getParent());
      try (InputStream original = each.getClassLoader().getResourceAsStream(name)) {
        Files.copy(original, file);
      }
    }
  }

  @Test
  void areEqualAsBefore() throws Exception {
    List<Object> before = values(All.class);
    PlainRecords.change(directory);
    List<Object> after = values(load(All.class));
    for (int i = 0; i < before.size(); i++) {
      assertThat(after.get(i)).as("with itself").isEqualTo(after.get(i)).isNotEqualTo(null);
      assertThat(after.get(i)).as("with another class").isNotEqualTo(before.get(i));
      assertThat(after.get(i).hashCode())
          .as("%s", before.get(i))
          .isEqualTo(before.get(i).hashCode());
      for (int j = 0; j < before.size(); j++) {
        assertThat(after.get(i).equals(after.get(j)))
            .as("%s and %s", before.get(i), before.get(j))
            .isEqualTo(before.get(i).equals(before.get(j)));
      }
    }
  }

  @Test
  void oneWithoutComponentsIsEqualToAnother() throws Exception {
    PlainRecords.change(directory);
    Constructor<?> constructor = load(Nothing.class).getDeclaredConstructor();
    assertThat(constructor.newInstance())
        .isEqualTo(constructor.newInstance())
        .hasSameHashCodeAs(new Nothing());
  }

  @Test
  void changesWhatJavacHasMadeAndNothingElse() throws Exception {
    String prefix = All.class.getName().replace('.', '/').replace("All", "");
    assertThat(PlainRecords.change(directory))
        .containsExactly(prefix + "All.class", prefix + "Nothing.class");
    assertThat(PlainRecords.change(directory)).as("once more").isEmpty();
  }

  private static List<Object> values(Class<?> type) throws Exception {
    Constructor<?> constructor = type.getDeclaredConstructors()[0];
    List<Object[]> components = new ArrayList<>();
    components.add(all());
    components.add(all());
    Object[] others = {
      false, (byte) -1, 'z', (short) -5, 9, 1L << 40, Float.NaN, -0.0, null, EQUAL_BUT_ANOTHER
    };
    for (int i = 0; i < others.length; i++) {
      Object[] changed = all();
      changed[i] = others[i];
      components.add(changed);
      components.add(changed.clone());
    }
    List<Object> values = new ArrayList<>();
    for (Object[] each : components) {
      values.add(constructor.newInstance(each));
    }
    return values;
  }

  private static Object[] all() {
    return new Object[] {true, (byte) 1, 'a', (short) 5, 3, 4L, 1.5f, 0.0, "text", SHARED};
  }

  /** From the directory and the JDK only. */
  private Class<?> load(Class<?> type) throws Exception {
    return new URLClassLoader(
            new URL[] {directory.toUri().toURL()}, ClassLoader.getPlatformClassLoader())
        .loadClass(type.getName());
  }
}
