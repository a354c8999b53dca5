// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.mutants;

import dev.vmarea.workbench.mutants.Fault.Kind;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts all faults of a class into it at once, each asleep until {@link FaultSwitch} says that it is
 * in effect: so one loading serves all of them.
 */
final class Weaver {
  private static final ClassDesc SUBJECT = ClassDesc.of("dev.vmarea.workbench.lab.Subject");
  private static final ClassFile CLASS_FILE =
      ClassFile.of(
          ClassFile.DebugElementsOption.DROP_DEBUG,
          ClassFile.ClassHierarchyResolverOption.of(
              ClassHierarchyResolver.ofResourceParsing(Weaver.class.getClassLoader())
                  .orElse(ClassHierarchyResolver.defaultResolver())));

  private Weaver() {}

  /** The class file of a class, as a resource. */
  static String file(String className) {
    return className.replace('.', '/') + ".class";
  }

  static ClassModel parse(byte[] bytes) {
    return CLASS_FILE.parse(bytes);
  }

  /** The class with the faults in it. */
  static byte[] weave(byte[] bytes, List<Fault> faults) {
    ClassModel model = parse(bytes);
    ClassTransform transform =
        (builder, element) -> {
          if (!(element instanceof MethodModel method)) {
            builder.with(element);
            return;
          }
          String name = method.methodName().stringValue() + method.methodType().stringValue();
          List<Fault> its =
              faults.stream()
                  .filter(fault -> fault.method().equals(name) || movesTo(fault, method))
                  .toList();
          if (its.isEmpty()) {
            builder.with(method);
          } else {
            builder.transformMethod(
                method, MethodTransform.transformingCode(new FaultyCode(model, method, its)));
          }
        };
    return CLASS_FILE.transformClass(model, transform);
  }

  private static boolean movesTo(Fault fault, MethodModel method) {
    return fault.kind() == Kind.MAPPED_IN_PREPARE
        && method.methodName().equalsString("mmapPrepare");
  }

  /** The lab, which tells whom it is about. */
  static byte[] weaveLab(byte[] bytes) {
    return CLASS_FILE.transformClass(
        parse(bytes),
        ClassTransform.transformingMethodBodies(
            method -> method.methodName().equalsString(ConstantDescs.INIT_NAME),
            new CodeTransform() {
              @Override
              public void atStart(CodeBuilder code) {
                code.aload(1)
                    .invokestatic(
                        FaultyCode.SWITCH,
                        "subject",
                        MethodTypeDesc.of(ConstantDescs.CD_void, SUBJECT));
              }

              @Override
              public void accept(CodeBuilder code, java.lang.classfile.CodeElement element) {
                code.with(element);
              }
            }));
  }

  /** The comparison that takes in the limit where this one does not; the same if there is none. */
  static Opcode otherLimit(Opcode jump) {
    return switch (jump) {
      case IFLT -> Opcode.IFLE;
      case IFLE -> Opcode.IFLT;
      case IFGT -> Opcode.IFGE;
      case IFGE -> Opcode.IFGT;
      case IF_ICMPLT -> Opcode.IF_ICMPLE;
      case IF_ICMPLE -> Opcode.IF_ICMPLT;
      case IF_ICMPGT -> Opcode.IF_ICMPGE;
      case IF_ICMPGE -> Opcode.IF_ICMPGT;
      default -> jump;
    };
  }

  /** Who a method is inherited from, that is overridden. */
  record Inherited(ClassDesc owner, boolean isInterface) {}

  /** Whose method a callback would be if it were not here; null if there would be none. */
  static @Nullable Inherited inherited(ClassModel model, MethodModel method) {
    if (method.flags().has(AccessFlag.STATIC) || method.flags().has(AccessFlag.PRIVATE)) {
      return null;
    }
    List<ClassEntry> parents = new ArrayList<>();
    model.superclass().ifPresent(parents::add);
    parents.addAll(model.interfaces());
    for (ClassEntry parent : parents) {
      Class<?> type = load(parent.asSymbol());
      if (type != Object.class && has(type, method)) {
        return new Inherited(parent.asSymbol(), type.isInterface());
      }
    }
    return null;
  }

  private static boolean has(Class<?> type, MethodModel method) {
    String descriptor = method.methodType().stringValue();
    List<Method> all = new ArrayList<>(List.of(type.getMethods()));
    all.addAll(List.of(type.getDeclaredMethods()));
    return all.stream()
        .filter(one -> one.getName().equals(method.methodName().stringValue()))
        .filter(one -> !Modifier.isAbstract(one.getModifiers()))
        .filter(one -> one.getDeclaringClass() != Object.class)
        .anyMatch(one ->
            MethodTypeDesc.ofDescriptor(
                    java.lang.invoke.MethodType.methodType(
                            one.getReturnType(), one.getParameterTypes())
                        .descriptorString())
                .descriptorString()
                .equals(descriptor));
  }

  private static Class<?> load(ClassDesc type) {
    String descriptor = type.descriptorString();
    String name = descriptor.substring(1, descriptor.length() - 1).replace('/', '.');
    try {
      return Class.forName(name, false, Weaver.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("no class " + name, e);
    }
  }
}
