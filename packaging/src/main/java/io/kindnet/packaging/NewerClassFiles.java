package io.kindnet.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Brings class files up to date that are older than Java 6. A cache of classes takes none of these:
 * they have no stack maps, without which a class is verified in another, slower way, each time that
 * it is loaded. What the classes do is not changed.
 */
public final class NewerClassFiles {
  /** That of Java 8, which every library here is content with. */
  private static final int VERSION = ClassFile.JAVA_8_VERSION;

  private final ClassFile classFile;

  private NewerClassFiles(ClassLoader classes) {
    classFile =
        ClassFile.of(
            // else code that is the same keeps the map that it has: none
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(classes)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  /**
   * Changes the classes in a directory that are too old, and says which.
   *
   * @param arguments the directory, with packages as directories in it
   */
  public static void main(String[] arguments) throws IOException {
    for (String changed : change(Path.of(arguments[0]))) {
      System.out.println(changed + ": has stack maps, as of Java 8");
    }
  }

  /** Changes the classes under {@code directory}; their paths in there, sorted. */
  static List<String> change(Path directory) throws IOException {
    try (URLClassLoader classes = new URLClassLoader(new URL[] {directory.toUri().toURL()});
        Stream<Path> files = Files.walk(directory)) {
      NewerClassFiles change = new NewerClassFiles(classes);
      List<Path> old =
          files
              .filter(file -> file.toString().endsWith(".class"))
              .filter(change::isOld)
              .sorted()
              .toList();
      for (Path file : old) {
        Files.write(file, change.renewed(file));
      }
      return old.stream().map(file -> directory.relativize(file).toString()).toList();
    }
  }

  private boolean isOld(Path file) {
    return parse(file).majorVersion() < ClassFile.JAVA_6_VERSION;
  }

  private ClassModel parse(Path file) {
    try {
      return classFile.parse(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + file, unreadable);
    }
  }

  /** Each method is written again, and with it the stack map that its version calls for. */
  private byte[] renewed(Path file) {
    ClassTransform methods =
        ClassTransform.transformingMethodBodies((code, element) -> code.with(element));
    ClassTransform version =
        (builder, element) ->
            builder.with(
                element instanceof ClassFileVersion ? ClassFileVersion.of(VERSION, 0) : element);
    return classFile.transformClass(parse(file), version.andThen(methods));
  }
}
