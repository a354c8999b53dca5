// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Changes one class: a count at every place that a jump leads to or falls through to, and perhaps
 * one fault. The number of a place follows from its class, method and order in it, so it is the
 * same in every worker and on every machine that has the same model.
 */
final class Weaver {
  private static final ClassDesc COUNTER = ClassDesc.of("dev.vmarea.host.lockstep.Branches");
  private static final MethodTypeDesc HIT =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
  private static final String ERRNO = "dev/vmarea/base/Errno";

  private final ClassFile classFile;
  private final String name;
  private final @Nullable Mutation fault;
  private final AtomicInteger branches;

  Weaver(
      final ClassLoader loader,
      final String name,
      final @Nullable Mutation fault,
      final AtomicInteger branches) {
    this.classFile =
        ClassFile.of(
            // a jump that is always made leaves variables without code
            ClassFile.DebugElementsOption.DROP_DEBUG,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(loader)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    this.name = name;
    this.fault = fault;
    this.branches = branches;
  }

  byte[] weave(final byte[] bytes) {
    final ClassModel model = classFile.parse(bytes);
    final ClassTransform transform =
        (builder, element) -> {
          if (element instanceof MethodModel method) {
            builder.transformMethod(
                method, java.lang.classfile.MethodTransform.transformingCode(new Code(method)));
          } else {
            builder.with(element);
          }
        };
    return classFile.transformClass(model, transform);
  }

  /** The change of one method. */
  private final class Code implements CodeTransform {
    private final int method;
    private final boolean faulty;
    private int places;
    private int jumps;
    private int errnos;

    Code(final MethodModel model) {
      method =
          (name + model.methodName().stringValue() + model.methodType().stringValue()).hashCode();
      faulty = fault != null && fault.method().equals(model.methodName().stringValue());
    }

    @Override
    public void accept(final CodeBuilder code, final CodeElement element) {
      switch (element) {
        case BranchInstruction jump
            when jump.opcode() != Opcode.GOTO && jump.opcode() != Opcode.GOTO_W -> {
          jump(code, jump);
          count(code);
        }
        case FieldInstruction field
            when field.opcode() == Opcode.GETSTATIC
                && field.owner().asInternalName().equals(ERRNO) ->
            errno(code, field);
        case LabelTarget label -> {
          code.with(label);
          count(code);
        }
        default -> code.with(element);
      }
    }

    private void count(final CodeBuilder code) {
      final int mixed = (method * 31 + places++) * 0x9e3779b9;
      branches.incrementAndGet();
      code.loadConstant((mixed ^ mixed >>> 15) & Lockstep.FIRST_OUTCOME - 1)
          .invokestatic(COUNTER, "hit", HIT);
    }

    private boolean is(final Mutation.Kind kind, final int index) {
      return faulty && fault != null && fault.kind() == kind && fault.index() == index;
    }

    private void jump(final CodeBuilder code, final BranchInstruction jump) {
      final int index = jumps++;
      final boolean always = is(Mutation.Kind.JUMP_ALWAYS, index);
      if (!always && !is(Mutation.Kind.JUMP_NEVER, index)) {
        code.with(jump);
        return;
      }
      switch (jump.opcode()) {
        case IFEQ, IFNE, IFLT, IFGE, IFGT, IFLE, IFNULL, IFNONNULL -> code.pop();
        default -> code.pop2();
      }
      if (always) {
        code.goto_(jump.target());
      }
    }

    private void errno(final CodeBuilder code, final FieldInstruction field) {
      if (!is(Mutation.Kind.OTHER_ERRNO, errnos++)) {
        code.with(field);
        return;
      }
      final String other = field.name().equalsString("EINVAL") ? "EPERM" : "EINVAL";
      code.getstatic(ClassDesc.ofInternalName(ERRNO), other, ClassDesc.ofInternalName(ERRNO));
    }
  }
}
