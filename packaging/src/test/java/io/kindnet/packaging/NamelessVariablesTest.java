package io.kindnet.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a library that has been compiled for debuggers. */
class NamelessVariablesTest {
  private static final String PACKAGES = "com/fasterxml/jackson/core";
  private static final String MAIN = PACKAGES + "/JsonFactory.class";

  @TempDir Path directory;

  @BeforeEach
  void unpack() throws Exception {
    Path jar =
        Path.of(JsonFactory.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (FileSystem system = FileSystems.newFileSystem(jar);
        Stream<Path> files = Files.walk(system.getPath(PACKAGES))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = directory.resolve(file.toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private List<Path> classes() throws Exception {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(".class")).toList();
    }
  }

  private static Stream<CodeAttribute> code(ClassModel model) {
    return model.methods().stream()
        .map(MethodModel::code)
        .flatMap(Optional::stream)
        .map(CodeAttribute.class::cast);
  }

  private long size() throws Exception {
    long size = 0;
    for (Path file : classes()) {
      size += Files.size(file);
    }
    return size;
  }

  @Test
  void namesOfVariablesGoAndLineNumbersStay() throws Exception {
    ClassModel before = ClassFile.of().parse(directory.resolve(MAIN));
    assertThat(code(before).anyMatch(hasNames())).isTrue();
    long size = size();

    assertThat(NamelessVariables.change(directory)).isEqualTo(classes().size());

    for (Path file : classes()) {
      assertThat(code(ClassFile.of().parse(file)).noneMatch(hasNames())).as("%s", file).isTrue();
    }
    ClassModel after = ClassFile.of().parse(directory.resolve(MAIN));
    assertThat(code(after).filter(hasLines()).count())
        .isEqualTo(code(before).filter(hasLines()).count())
        .isPositive();
    assertThat(size()).isLessThan(size * 95 / 100);
  }

  @Test
  void theClassesAreVerifiedAndWork() throws Exception {
    NamelessVariables.change(directory);

    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {directory.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      for (Path file : classes()) {
        String name = directory.relativize(file).toString().replace('/', '.');
        // whose verification fails is not initialized
        assertThat(Class.forName(name.substring(0, name.length() - 6), true, loader)).isNotNull();
      }
      Class<?> factory = loader.loadClass(JsonFactory.class.getName());
      Object parser =
          factory
              .getMethod("createParser", String.class)
              .invoke(factory.getConstructor().newInstance(), "[17]");
      Class<?> type = loader.loadClass(JsonParser.class.getName());
      type.getMethod("nextToken").invoke(parser);
      type.getMethod("nextToken").invoke(parser);
      assertThat(type.getMethod("getIntValue").invoke(parser)).isEqualTo(17);
    }
  }

  private static Predicate<CodeAttribute> hasNames() {
    return code -> code.findAttribute(Attributes.localVariableTable()).isPresent();
  }

  private static Predicate<CodeAttribute> hasLines() {
    return code -> code.findAttribute(Attributes.lineNumberTable()).isPresent();
  }
}
