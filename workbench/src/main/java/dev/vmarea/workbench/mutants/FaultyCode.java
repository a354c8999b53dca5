// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.mutants;

import dev.vmarea.workbench.mutants.Fault.Kind;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Puts the faults of one method into it. For one use. */
final class FaultyCode implements CodeTransform {
  static final ClassDesc SWITCH = ClassDesc.of(FaultSwitch.class.getName());
  private static final ClassDesc ERRNO = ClassDesc.of("dev.vmarea.base.Errno");
  private static final ClassDesc THROWABLE = ConstantDescs.CD_Throwable;
  private static final ClassDesc INT = ConstantDescs.CD_int;
  private static final ClassDesc LONG = ConstantDescs.CD_long;

  private final ClassModel model;
  private final MethodModel method;
  private final List<Fault> faults;
  private final Map<Integer, Label> behindThrows = new HashMap<>();
  private int next;

  FaultyCode(ClassModel model, MethodModel method, List<Fault> faults) {
    this.model = model;
    this.method = method;
    this.faults = faults;
  }

  private List<Fault> at(int index) {
    return faults.stream().filter(fault -> fault.index() == index).toList();
  }

  private static void ask(CodeBuilder code, Fault fault) {
    code.loadConstant(fault.number())
        .invokestatic(SWITCH, "is", MethodTypeDesc.of(ConstantDescs.CD_boolean, INT));
  }

  @Override
  public void atStart(CodeBuilder code) {
    for (Fault fault : at(-1)) {
      Label usual = code.newLabel();
      ask(code, fault);
      code.ifeq(usual);
      if (fault.kind() == Kind.CALLBACK_MISSING) {
        inherited(code);
      } else if (method.methodName().equalsString("mmapPrepare")) {
        code.aload(0).aconst_null().invokevirtual(model.thisClass().asSymbol(), "mapped", mapped());
      } else {
        // Nothing if the kernel asks; without an area it is the prepare hook.
        code.aload(1).ifnull(usual).return_();
      }
      code.labelBinding(usual);
    }
  }

  private static MethodTypeDesc mapped() {
    return MethodTypeDesc.of(ConstantDescs.CD_void, ClassDesc.of("dev.vmarea.vma.MappedArea"));
  }

  private void inherited(CodeBuilder code) {
    Weaver.Inherited from = Objects.requireNonNull(Weaver.inherited(model, method));
    code.aload(0);
    MethodTypeDesc type = method.methodTypeSymbol();
    for (int i = 0; i < type.parameterCount(); i++) {
      code.loadLocal(TypeKind.from(type.parameterType(i)), code.parameterSlot(i));
    }
    code.invokespecial(from.owner(), method.methodName().stringValue(), type, from.isInterface());
    code.return_(TypeKind.from(type.returnType()));
  }

  @Override
  public void accept(CodeBuilder code, CodeElement element) {
    if (!(element instanceof Instruction instruction)) {
      code.with(element);
      return;
    }
    int index = next++;
    behindThrow(code, index);
    List<Fault> here = at(index);
    switch (instruction) {
      case BranchInstruction jump -> jump(code, jump, here);
      case InvokeInstruction call -> call(code, call, here);
      default -> {
        throwing(code, index, here);
        code.with(instruction);
        for (Fault fault : here) {
          if (fault.kind() == Kind.OTHER_ERRNO) {
            code.loadConstant(fault.number())
                .invokestatic(SWITCH, "other", MethodTypeDesc.of(ERRNO, ERRNO, INT));
          }
        }
      }
    }
  }

  private static void jump(CodeBuilder code, BranchInstruction jump, List<Fault> here) {
    Label end = code.newLabel();
    for (Fault fault : here) {
      Label usual = code.newLabel();
      ask(code, fault);
      code.ifeq(usual);
      if (fault.kind() == Kind.LIMIT) {
        code.with(BranchInstruction.of(Weaver.otherLimit(jump.opcode()), jump.target()));
        code.goto_(end);
      } else {
        switch (jump.opcode()) {
          case IFEQ, IFNE, IFLT, IFGE, IFGT, IFLE -> code.pop();
          default -> code.pop2();
        }
        code.goto_(fault.kind() == Kind.JUMP_ALWAYS ? jump.target() : end);
      }
      code.labelBinding(usual);
    }
    code.with(jump);
    code.labelBinding(end);
  }

  private static void call(CodeBuilder code, InvokeInstruction call, List<Fault> here) {
    Label end = code.newLabel();
    for (Fault fault : here) {
      switch (fault.kind()) {
        case ARGUMENT_TOO_LARGE -> one(code, fault);
        case FLAG_FORGOTTEN ->
            code.loadConstant(fault.detail())
                .loadConstant(fault.number())
                .invokestatic(SWITCH, "without", MethodTypeDesc.of(LONG, LONG, LONG, INT));
        default -> {}
      }
    }
    for (Fault fault : here) {
      if (fault.kind() == Kind.CALL_DROPPED) {
        Label usual = code.newLabel();
        ask(code, fault);
        code.ifeq(usual);
        drop(code, call);
        code.goto_(end);
        code.labelBinding(usual);
      }
    }
    code.with(call);
    code.labelBinding(end);
    for (Fault fault : here) {
      if (fault.kind() == Kind.RESULT_TOO_LARGE) {
        one(code, fault);
      }
    }
  }

  private static void one(CodeBuilder code, Fault fault) {
    code.loadConstant(fault.number())
        .invokestatic(SWITCH, "one", MethodTypeDesc.of(LONG, INT))
        .ladd();
  }

  private static void drop(CodeBuilder code, InvokeInstruction call) {
    MethodTypeDesc type = call.typeSymbol();
    for (int i = type.parameterCount() - 1; i >= 0; i--) {
      if (TypeKind.from(type.parameterType(i)).slotSize() == 2) {
        code.pop2();
      } else {
        code.pop();
      }
    }
    if (call.opcode() != Opcode.INVOKESTATIC) {
      code.pop();
    }
  }

  /** The first of two checks: what it throws is put off until the second one has been made. */
  private void throwing(CodeBuilder code, int index, List<Fault> here) {
    for (Fault fault : here) {
      if (fault.kind() == Kind.CHECKS_SWAPPED) {
        Label usual = code.newLabel();
        ask(code, fault);
        code.ifeq(usual);
        code.invokestatic(SWITCH, "put", MethodTypeDesc.of(ConstantDescs.CD_void, THROWABLE));
        code.goto_(behindThrows.computeIfAbsent(index, one -> code.newLabel()));
        code.labelBinding(usual);
      }
    }
    if (faults.stream().anyMatch(fault -> isSecond(fault, index))) {
      code.aconst_null()
          .invokestatic(SWITCH, "put", MethodTypeDesc.of(ConstantDescs.CD_void, THROWABLE));
    }
  }

  private static boolean isSecond(Fault fault, int index) {
    return fault.kind() == Kind.CHECKS_SWAPPED && fault.detail() == index;
  }

  /** Behind the throw of a check, where it goes on if the check has not failed. */
  private void behindThrow(CodeBuilder code, int index) {
    Label waited = behindThrows.remove(index - 1);
    for (Fault fault : faults) {
      if (isSecond(fault, index - 1)) {
        Label nothing = code.newLabel();
        code.loadConstant(fault.number())
            .invokestatic(SWITCH, "take", MethodTypeDesc.of(THROWABLE, INT))
            .dup()
            .ifnull(nothing)
            .athrow()
            .labelBinding(nothing)
            .pop();
      }
    }
    if (waited != null) {
      code.labelBinding(waited);
    }
  }
}
