package io.kindnet.packaging;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Takes the names and types of local variables out of class files. They are for debuggers, and take
 * a tenth of a jar; line numbers, which stack traces have, stay. What the classes do is not
 * changed.
 */
public final class NamelessVariables {
  private final ClassFile classFile;

  private NamelessVariables(ClassLoader classes) {
    classFile =
        ClassFile.of(
            ClassFile.DebugElementsOption.DROP_DEBUG,
            // without the names in the constant pool, too
            ClassFile.ConstantPoolSharingOption.NEW_POOL,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(classes)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  /**
   * Changes the classes in a directory, and says how many.
   *
   * @param arguments the directory, with packages as directories in it
   */
  public static void main(String[] arguments) throws IOException {
    System.out.println(
        change(Path.of(arguments[0])) + " classes: local variables have no names for debuggers");
  }

  /** Changes the classes under {@code directory}; how many it has changed. */
  static int change(Path directory) throws IOException {
    try (URLClassLoader classes = new URLClassLoader(new URL[] {directory.toUri().toURL()});
        Stream<Path> files = Files.walk(directory)) {
      NamelessVariables change = new NamelessVariables(classes);
      int changed = 0;
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        if (change.write(file)) {
          changed++;
        }
      }
      return changed;
    }
  }

  private boolean write(Path file) throws IOException {
    ClassModel model = classFile.parse(file);
    byte[] changed;
    try {
      changed =
          classFile.transformClass(
              model,
              ClassTransform.transformingMethodBodies((code, element) -> code.with(element)));
    } catch (IllegalArgumentException unresolved) {
      // stack maps are made again, and a class that one of them is about is not there
      return false;
    }
    Files.write(file, changed);
    return true;
  }
}
