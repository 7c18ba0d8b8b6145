package io.kindnet.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jackson as it comes and as the build changes it, each in a JVM of its own. */
class LazyDecimalsTest {
  private static final List<String> DECIMALS =
      List.of("decimal", "7", "-9223372036854775808", "1e40", "-2147483649.0", "12.5");
  private static final List<String> WHOLE = List.of("whole", "7");

  @TempDir Path directory;

  @BeforeEach
  void unpack() throws IOException {
    try (FileSystem jar = FileSystems.newFileSystem(jackson());
        Stream<Path> files = Files.walk(jar.getPath("com"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, directory.resolve(file.toString()));
      }
    }
  }

  private static Path jackson() {
    try {
      return Path.of(JsonFactory.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Test
  void readsEveryNumberAsBefore() throws Exception {
    String before = run(DECIMALS);
    assertThat(before).contains("12.5", "out of range of int");

    assertThat(LazyDecimals.change(directory))
        .containsExactly(
            "com.fasterxml.jackson.core.base.ParserBase",
            "com.fasterxml.jackson.core.base.ParserMinimalBase");

    assertThat(run(DECIMALS)).isEqualTo(before);
  }

  @Test
  void leavesDecimalsAloneUntilThereIsOne() throws Exception {
    assertThat(run(WHOLE, "-Xlog:class+init")).contains("'java/math/BigDecimal'");

    LazyDecimals.change(directory);

    assertThat(run(WHOLE, "-Xlog:class+init"))
        .contains("'com/fasterxml/jackson/core/base/ParserMinimalBase'")
        .doesNotContain("'java/math/BigDecimal'");
  }

  @Test
  void refusesClassesThatNeedNoChange() throws Exception {
    LazyDecimals.change(directory);
    assertThatThrownBy(() -> LazyDecimals.change(directory))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ParserMinimalBase.class has no fields BD_");
  }

  private String run(List<String> arguments, String... options) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path own =
        Path.of(NumbersRead.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Stream<String> command =
        Stream.of(
                Stream.of(java.toString()),
                Stream.of(options),
                Stream.of("-cp", directory + ":" + own, NumbersRead.class.getName()),
                arguments.stream())
            .flatMap(words -> words);
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command.toList())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}
