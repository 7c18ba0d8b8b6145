package io.kindnet.packaging;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.FieldModel;
import java.lang.classfile.attribute.ConstantValueAttribute;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ConstantDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Has jffi take the numbers of its version as constants. As it comes, it asks for each by
 * reflection, for which the JVM makes a method handle: the first one of a call, at a fiftieth of
 * its CPU.
 */
public final class DirectVersion {
  private static final String USER = "com/kenai/jffi/Foreign.class";
  private static final String VERSION = "com/kenai/jffi/Version.class";
  private static final String GETTER = "getVersionField";

  private DirectVersion() {}

  /**
   * Changes the class of jffi in a directory, and says so.
   *
   * @param arguments the directory, with packages as directories in it
   * @throws IllegalStateException if there is nothing to change, as with another version of jffi
   */
  public static void main(String[] arguments) throws IOException {
    change(Path.of(arguments[0]));
    System.out.println("com.kenai.jffi.Foreign: the numbers of its version are constants");
  }

  /** Changes the class under {@code directory}. */
  static void change(Path directory) throws IOException {
    ClassFile classFile = ClassFile.of();
    Map<String, ConstantDesc> numbers = constants(classFile.parse(directory.resolve(VERSION)));
    Path file = directory.resolve(USER);
    ClassModel user = classFile.parse(file);
    if (user.methods().stream()
        .noneMatch(method ->
            method.code().stream()
                .flatMap(code -> code.elementStream())
                .anyMatch(DirectVersion::asks))) {
      throw new IllegalStateException(
          file + " does not call " + GETTER + ": this version of jffi needs no change");
    }
    Files.write(
        file,
        classFile.transformClass(
            user,
            ClassTransform.transformingMethodBodies(
                CodeTransform.ofStateful(() -> new Answering(numbers)))));
  }

  private static Map<String, ConstantDesc> constants(ClassModel version) {
    Map<String, ConstantDesc> constants = new HashMap<>();
    for (FieldModel field : version.fields()) {
      field
          .findAttribute(Attributes.constantValue())
          .map(ConstantValueAttribute::constant)
          .ifPresent(
              value -> constants.put(field.fieldName().stringValue(), value.constantValue()));
    }
    return constants;
  }

  private static boolean asks(CodeElement element) {
    return element instanceof InvokeInstruction call && call.name().equalsString(GETTER);
  }

  /** Puts the number in the place of the name of its field and of the call with that. */
  private static final class Answering implements CodeTransform {
    private final Map<String, ConstantDesc> numbers;
    private @Nullable ConstantInstruction name;

    Answering(Map<String, ConstantDesc> numbers) {
      this.numbers = numbers;
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (name != null && asks(element)) {
        code.loadConstant(number(String.valueOf(name.constantValue())));
        name = null;
        return;
      }
      atEnd(code);
      if (element instanceof ConstantInstruction constant) {
        name = constant;
      } else {
        code.with(element);
      }
    }

    private ConstantDesc number(String field) {
      ConstantDesc number = numbers.get(field);
      if (number == null) {
        throw new IllegalStateException(VERSION + " has no constant " + field);
      }
      return number;
    }

    @Override
    public void atEnd(CodeBuilder code) {
      if (name != null) {
        code.with(name);
        name = null;
      }
    }
  }
}
