package io.kindnet.packaging;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.RecordComponentInfo;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Writes out {@code equals} and {@code hashCode} of records. As javac has them, the JVM makes them
 * of method handles when they are first called, which takes a millisecond for each and nine for the
 * first, and which no class cache keeps.
 */
public final class PlainRecords {
  private static final ClassDesc OBJECT_METHODS = ClassDesc.of("java.lang.runtime.ObjectMethods");
  private static final ClassDesc OBJECTS = Objects.class.describeConstable().orElseThrow();
  private static final int OTHER = 1;
  private static final int OTHER_RECORD = 2;
  private static final int HASH_FACTOR = 31;

  private PlainRecords() {}

  /**
   * Changes the records in a directory, and says which.
   *
   * @param arguments the directory, with packages as directories in it
   */
  public static void main(String[] arguments) throws IOException {
    for (String changed : change(Path.of(arguments[0]))) {
      System.out.println(changed + ": equals and hashCode are written out");
    }
  }

  /** Changes the records under {@code directory}; their files, sorted. */
  static List<String> change(Path directory) throws IOException {
    List<String> changed = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.filter(file -> file.toString().endsWith(".class")).sorted().toList();
    }
    for (Path file : files) {
      ClassModel model = ClassFile.of().parse(file);
      if (model.methods().stream().anyMatch(PlainRecords::isToBeWritten)) {
        Files.write(file, ClassFile.of().transformClass(model, writing(model)));
        changed.add(directory.relativize(file).toString());
      }
    }
    return changed;
  }

  private static boolean isToBeWritten(MethodModel method) {
    String name = method.methodName().stringValue();
    return (name.equals("equals") || name.equals("hashCode"))
        && method.code().stream()
            .flatMap(code -> code.elementStream())
            .anyMatch(element ->
                element instanceof InvokeDynamicInstruction dynamic
                    && dynamic.bootstrapMethod().owner().equals(OBJECT_METHODS));
  }

  private static ClassTransform writing(ClassModel model) {
    ClassDesc type = model.thisClass().asSymbol();
    List<RecordComponentInfo> components =
        model.findAttribute(Attributes.record()).orElseThrow().components();
    return (changed, element) -> {
      if (element instanceof MethodModel method && isToBeWritten(method)) {
        boolean equals = method.methodName().equalsString("equals");
        changed.transformMethod(
            method,
            body(code -> {
              if (equals) {
                writeEquals(code, type, components);
              } else {
                writeHashCode(code, type, components);
              }
            }));
      } else {
        changed.with(element);
      }
    };
  }

  private static MethodTransform body(Consumer<CodeBuilder> written) {
    return (method, element) -> {
      if (element instanceof CodeModel) {
        method.withCode(written);
      } else {
        method.with(element);
      }
    };
  }

  private static void writeEquals(
      CodeBuilder code, ClassDesc type, List<RecordComponentInfo> components) {
    Label other = code.newLabel();
    Label unequal = code.newLabel();
    code.aload(0).aload(OTHER).if_acmpne(other).iconst_1().ireturn();
    code.labelBinding(other).aload(OTHER).instanceOf(type).ifeq(unequal);
    code.aload(OTHER).checkcast(type).astore(OTHER_RECORD);
    for (RecordComponentInfo component : components) {
      load(code, 0, type, component);
      load(code, OTHER_RECORD, type, component);
      switch (TypeKind.from(component.descriptorSymbol()).asLoadable()) {
        case INT -> code.if_icmpne(unequal);
        case LONG -> code.lcmp().ifne(unequal);
        case FLOAT -> compare(code, ConstantDescs.CD_Float, component).ifne(unequal);
        case DOUBLE -> compare(code, ConstantDescs.CD_Double, component).ifne(unequal);
        default ->
            code.invokestatic(
                    OBJECTS,
                    "equals",
                    MethodTypeDesc.of(
                        ConstantDescs.CD_boolean, ConstantDescs.CD_Object, ConstantDescs.CD_Object))
                .ifeq(unequal);
      }
    }
    code.iconst_1().ireturn().labelBinding(unequal).iconst_0().ireturn();
  }

  private static CodeBuilder compare(
      CodeBuilder code, ClassDesc box, RecordComponentInfo component) {
    ClassDesc type = component.descriptorSymbol();
    return code.invokestatic(box, "compare", MethodTypeDesc.of(ConstantDescs.CD_int, type, type));
  }

  private static void writeHashCode(
      CodeBuilder code, ClassDesc type, List<RecordComponentInfo> components) {
    code.iconst_0();
    for (RecordComponentInfo component : components) {
      code.loadConstant(HASH_FACTOR).imul();
      load(code, 0, type, component);
      ClassDesc ofComponent = component.descriptorSymbol();
      boolean primitive = ofComponent.isPrimitive();
      code.invokestatic(
              primitive ? box(ofComponent) : OBJECTS,
              "hashCode",
              MethodTypeDesc.of(
                  ConstantDescs.CD_int, primitive ? ofComponent : ConstantDescs.CD_Object))
          .iadd();
    }
    code.ireturn();
  }

  private static void load(
      CodeBuilder code, int local, ClassDesc type, RecordComponentInfo component) {
    code.aload(local).getfield(type, component.name().stringValue(), component.descriptorSymbol());
  }

  private static ClassDesc box(ClassDesc primitive) {
    return switch (primitive.descriptorString()) {
      case "Z" -> ConstantDescs.CD_Boolean;
      case "B" -> ConstantDescs.CD_Byte;
      case "C" -> ConstantDescs.CD_Character;
      case "S" -> ConstantDescs.CD_Short;
      case "I" -> ConstantDescs.CD_Integer;
      case "J" -> ConstantDescs.CD_Long;
      case "F" -> ConstantDescs.CD_Float;
      default -> ConstantDescs.CD_Double;
    };
  }
}
