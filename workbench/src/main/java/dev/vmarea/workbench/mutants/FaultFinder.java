// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.mutants;

import dev.vmarea.base.VmFlags;
import dev.vmarea.workbench.mutants.Fault.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the faults in the classes of the ports as they are: at every instruction of the kinds of
 * {@link Kind}. Left out is what only watches (steps of schedules, looks for use after free, the
 * kernel's log), jumps on null, which break everything, what constructors do, and what is the same
 * whatever the hook: the answers to faults, the choice of addresses, reading and writing.
 */
final class FaultFinder {
  private static final String ERRNO = "dev/vmarea/base/Errno";
  private static final List<String> WATCHES = List.of("reached", "use", "warn");
  private static final Set<String> NOT_PORTED =
      Set.of(
          "alignment",
          "answer",
          "callbacksOfFound",
          "canSync",
          "fault",
          "hugeFault",
          "mapsAround",
          "placement",
          "punchHole",
          "supportsSync",
          "truncate",
          "unsignedOffset",
          "write");
  private static final List<String> FLAGS = List.of("vmFlags", "addFlags", "has", "hasAny");

  private final List<Fault> found = new ArrayList<>();
  private final Map<String, Integer> names = new HashMap<>();
  private final CorrectPorts.Code port;
  private final int before;

  private FaultFinder(CorrectPorts.Code port, int before) {
    this.port = port;
    this.before = before;
  }

  /** All faults, in a fixed order. */
  static List<Fault> all() throws IOException {
    List<Fault> all = new ArrayList<>();
    for (CorrectPorts.Code port : CorrectPorts.all()) {
      FaultFinder finder = new FaultFinder(port, all.size());
      finder.search(Weaver.parse(bytes(port.className())));
      all.addAll(finder.found);
    }
    return all;
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream in =
        FaultFinder.class.getClassLoader().getResourceAsStream(Weaver.file(name))) {
      if (in == null) {
        throw new IOException("no class " + name + " to put a fault into");
      }
      return in.readAllBytes();
    }
  }

  private void search(ClassModel model) {
    for (MethodModel method : model.methods()) {
      String name = method.methodName().stringValue();
      boolean plain =
          !name.startsWith("<")
              && !NOT_PORTED.contains(name)
              && !method.flags().has(AccessFlag.BRIDGE);
      boolean asked = port.has(name.startsWith("lambda$") ? name.split("\\$")[1] : name);
      // The other setUp of the same name is the old hook's.
      boolean old = method.methodType().stringValue().contains("LegacyVma");
      if (plain && asked && !old && method.code().isPresent()) {
        callback(model, method);
        List<Instruction> code = new ArrayList<>();
        for (CodeElement element : method.code().get().elementList()) {
          if (element instanceof Instruction instruction) {
            code.add(instruction);
          }
        }
        for (int i = 0; i < code.size(); i++) {
          search(method, code, i);
        }
        swaps(method, code);
      }
    }
  }

  private void add(MethodModel method, Kind kind, int index, long detail, String what) {
    String key = method.methodName().stringValue() + method.methodType().stringValue();
    int same = names.merge(method.methodName().stringValue() + " " + what, 1, Integer::sum);
    found.add(
        new Fault(
            before + found.size() + 1,
            port.user(),
            port.className(),
            key,
            kind,
            index,
            detail,
            same == 1 ? what : what + " (" + same + ")"));
  }

  private void search(MethodModel method, List<Instruction> code, int i) {
    switch (code.get(i)) {
      case BranchInstruction jump -> jump(method, jump, i);
      case FieldInstruction field when isErrno(field) ->
          add(method, Kind.OTHER_ERRNO, i, 0, "another errno than " + field.name().stringValue());
      case InvokeInstruction call when !isWatch(call) -> call(method, code, call, i);
      default -> {}
    }
  }

  private static boolean isErrno(FieldInstruction field) {
    return field.opcode() == Opcode.GETSTATIC && field.owner().asInternalName().equals(ERRNO);
  }

  private static boolean isWatch(InvokeInstruction call) {
    return WATCHES.contains(call.name().stringValue())
        || call.name().stringValue().equals("<init>");
  }

  private void jump(MethodModel method, BranchInstruction jump, int i) {
    switch (jump.opcode()) {
      case GOTO, GOTO_W, IFNULL, IFNONNULL -> {}
      default -> {
        add(method, Kind.JUMP_NEVER, i, 0, "condition taken for true");
        add(method, Kind.JUMP_ALWAYS, i, 0, "condition taken for false");
        if (Weaver.otherLimit(jump.opcode()) != jump.opcode()) {
          add(method, Kind.LIMIT, i, 0, "limit off by one");
        }
      }
    }
  }

  private void call(MethodModel method, List<Instruction> code, InvokeInstruction call, int i) {
    MethodTypeDesc type = call.typeSymbol();
    String name = call.name().stringValue();
    if (type.returnType().equals(ConstantDescs.CD_void)) {
      add(method, Kind.CALL_DROPPED, i, 0, name + " dropped");
    }
    boolean flags = FLAGS.contains(name);
    if (flags && name.equals("addFlags")) {
      flags(method, code.get(i - 1), i);
    }
    if (isLong(type.returnType()) && !flags) {
      add(method, Kind.RESULT_TOO_LARGE, i, 0, name + " + 1");
    }
    int last = type.parameterCount() - 1;
    boolean counted =
        i > 0
            && code.get(i - 1) instanceof InvokeInstruction one
            && !isWatch(one)
            && isLong(one.typeSymbol().returnType());
    if (last >= 0 && isLong(type.parameterType(last)) && !flags && !counted) {
      add(method, Kind.ARGUMENT_TOO_LARGE, i, 0, "argument of " + name + " + 1");
    }
  }

  private static boolean isLong(ClassDesc type) {
    return type.equals(ConstantDescs.CD_long);
  }

  private void flags(MethodModel method, Instruction argument, int i) {
    if (argument instanceof ConstantInstruction constant
        && constant.typeKind() == TypeKind.LONG
        && constant.constantValue() instanceof Long set
        && Long.bitCount(set) > 1) {
      for (long rest = set; rest != 0; rest &= rest - 1) {
        long bit = Long.lowestOneBit(rest);
        add(method, Kind.FLAG_FORGOTTEN, i, bit, "flag forgotten: " + VmFlags.mnemonics(bit));
      }
    }
  }

  /** Checks that throw errnos, one behind the other. */
  private void swaps(MethodModel method, List<Instruction> code) {
    int earlier = -1;
    String earlierErrno = "";
    for (int i = 2; i < code.size() - 1; i++) {
      if (code.get(i) instanceof ThrowInstruction
          && code.get(i - 2) instanceof FieldInstruction field
          && isErrno(field)) {
        String errno = field.name().stringValue();
        if (earlier >= 0 && !errno.equals(earlierErrno)) {
          add(
              method,
              Kind.CHECKS_SWAPPED,
              earlier,
              i,
              "checks swapped: " + earlierErrno + ", " + errno);
        }
        earlier = i;
        earlierErrno = errno;
      }
    }
  }

  private void callback(ClassModel model, MethodModel method) {
    String name = method.methodName().stringValue();
    if (Weaver.inherited(model, method) != null) {
      add(method, Kind.CALLBACK_MISSING, -1, 0, "missing");
    }
    boolean mapped = name.equals("mapped");
    boolean prepares =
        model.methods().stream().anyMatch(one -> one.methodName().equalsString("mmapPrepare"));
    if (mapped && prepares && !usesArgument(method)) {
      add(method, Kind.MAPPED_IN_PREPARE, -1, 0, "done by mmapPrepare");
    }
  }

  private static boolean usesArgument(MethodModel method) {
    return method.code().orElseThrow().elementList().stream()
        .anyMatch(element -> element instanceof LoadInstruction load && load.slot() == 1);
  }
}
