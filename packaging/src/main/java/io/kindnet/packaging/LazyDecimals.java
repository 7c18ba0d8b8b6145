package io.kindnet.packaging;

import java.io.IOException;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Has Jackson's parsers make decimal limits where they are needed. As they come, they keep the
 * limits of {@code int} and {@code long} as {@link java.math.BigDecimal} in static fields, so that
 * the first parser initializes that class, which multiplies its way up to 5<sup>65536</sup>: a
 * quarter of all that a JVM does for a call, and no call has a decimal to compare. Reading such a
 * field becomes making its value from the {@link java.math.BigInteger} beside it.
 */
public final class LazyDecimals {
  private static final String HOLDER = "com/fasterxml/jackson/core/base/ParserMinimalBase";
  private static final String PREFIX = "BD_";
  private static final ClassDesc DECIMAL = ClassDesc.of("java.math.BigDecimal");
  private static final ClassDesc INTEGER = ClassDesc.of("java.math.BigInteger");
  private static final MethodTypeDesc FROM_INTEGER =
      MethodTypeDesc.of(ConstantDescs.CD_void, INTEGER);

  private final ClassFile classFile;

  private LazyDecimals(ClassLoader classes) {
    classFile =
        ClassFile.of(
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(classes)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  /**
   * Changes the classes of Jackson in a directory, and says which.
   *
   * @param arguments the directory, with packages as directories in it
   * @throws IllegalStateException if there is nothing to change, as with another version of Jackson
   */
  public static void main(String[] arguments) throws IOException {
    for (String changed : change(Path.of(arguments[0]))) {
      System.out.println(changed + ": decimal limits are made where they are used");
    }
  }

  /** Changes the classes under {@code directory}; their names, sorted. */
  static List<String> change(Path directory) throws IOException {
    Path holder = directory.resolve(HOLDER + ".class");
    try (URLClassLoader classes = new URLClassLoader(new URL[] {directory.toUri().toURL()});
        Stream<Path> files = Files.walk(directory.resolve("com/fasterxml/jackson"))) {
      LazyDecimals change = new LazyDecimals(classes);
      if (!change.usesDecimals(holder)) {
        throw new IllegalStateException(
            holder + " has no fields " + PREFIX + "...: this version of Jackson needs no change");
      }
      List<Path> users =
          files.filter(LazyDecimals::isClass).filter(change::usesDecimals).sorted().toList();
      for (Path user : users) {
        Files.write(user, change.transformed(user));
      }
      return users.stream().map(user -> nameOf(directory.relativize(user))).toList();
    }
  }

  private static boolean isClass(Path file) {
    return file.toString().endsWith(".class");
  }

  private static String nameOf(Path file) {
    String path = file.toString();
    return path.substring(0, path.length() - ".class".length()).replace('/', '.');
  }

  private boolean usesDecimals(Path file) {
    return parse(file).methods().stream()
        .flatMap(method -> method.code().stream())
        .flatMap(code -> code.elementStream())
        .anyMatch(LazyDecimals::isLimit);
  }

  private ClassModel parse(Path file) {
    try {
      return classFile.parse(file);
    } catch (IOException unreadable) {
      throw new IllegalStateException("cannot read " + file, unreadable);
    }
  }

  private byte[] transformed(Path file) {
    ClassTransform madeWhereUsed =
        ClassTransform.transformingMethodBodies(
            method -> !isInitializer(method), LazyDecimals::makeWhereRead);
    ClassTransform neverKept =
        ClassTransform.dropping(LazyDecimals::isField)
            .andThen(
                ClassTransform.transformingMethodBodies(
                    LazyDecimals::isInitializer, CodeTransform.ofStateful(Forgetting::new)));
    return classFile.transformClass(parse(file), madeWhereUsed.andThen(neverKept));
  }

  private static boolean isInitializer(MethodModel method) {
    return method.methodName().equalsString(ConstantDescs.CLASS_INIT_NAME);
  }

  private static boolean isField(ClassElement element) {
    return element instanceof FieldModel field
        && field.fieldName().stringValue().startsWith(PREFIX)
        && field.fieldTypeSymbol().equals(DECIMAL);
  }

  private static boolean isLimit(CodeElement element) {
    return element instanceof FieldInstruction field
        && field.name().stringValue().startsWith(PREFIX)
        && field.typeSymbol().equals(DECIMAL);
  }

  private static void makeWhereRead(CodeBuilder code, CodeElement element) {
    if (isLimit(element)) {
      FieldInstruction field = (FieldInstruction) element;
      String integer = "BI_" + field.name().stringValue().substring(PREFIX.length());
      code.new_(DECIMAL)
          .dup()
          .getstatic(field.owner().asSymbol(), integer, INTEGER)
          .invokespecial(DECIMAL, ConstantDescs.INIT_NAME, FROM_INTEGER);
    } else {
      code.with(element);
    }
  }

  /** A static initializer without what makes decimals and keeps them in fields. */
  private static final class Forgetting implements CodeTransform {
    private boolean making;

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (element instanceof NewObjectInstruction object
          && object.className().asSymbol().equals(DECIMAL)) {
        making = true;
      } else if (making && isLimit(element)) {
        making = false;
      } else if (!making) {
        code.with(element);
      }
    }

    @Override
    public void atEnd(CodeBuilder code) {
      if (making) {
        throw new IllegalStateException(
            "a decimal that does not go into a field " + PREFIX + "...");
      }
    }
  }
}
