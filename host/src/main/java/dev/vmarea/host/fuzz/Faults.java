// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.util.ArrayList;
import java.util.List;

/**
 * The deliberate faults of the self-test, found in the model's classes as they are: each condition
 * of the merge rules dropped, each decision about joining and splitting, and about huge pages and
 * what is reserved, turned, each errno replaced by another one.
 */
final class Faults {
  private static final List<String> MERGE_RULES = List.of("dev.vmarea.space.MergeRules");
  private static final List<String> JOIN_AND_SPLIT =
      List.of("dev.vmarea.space.VmaMerger", "dev.vmarea.space.VmaEditor");
  private static final List<String> RESERVATIONS =
      List.of(
          "dev.vmarea.hugetlb.PagesOfSize",
          "dev.vmarea.hugetlb.HugetlbPages",
          "dev.vmarea.hugetlb.HugetlbMapping",
          "dev.vmarea.hugetlb.PrivateReservation",
          "dev.vmarea.fault.HugetlbFault");
  private static final List<String> ERRORS =
      List.of(
          "dev.vmarea.files.FileSeals",
          "dev.vmarea.files.SecretFile",
          "dev.vmarea.mapping.MapOperation",
          "dev.vmarea.mapping.MapTypes",
          "dev.vmarea.mapping.ProtectOperation",
          "dev.vmarea.mapping.MoveOperation",
          "dev.vmarea.mapping.UnmapOperation",
          "dev.vmarea.mapping.LockOperation",
          "dev.vmarea.mapping.AdviseOperation",
          "dev.vmarea.mapping.SealOperation",
          "dev.vmarea.mapping.SyncOperation",
          "dev.vmarea.mapping.RemapFileOperation",
          "dev.vmarea.space.AddressChooser",
          "dev.vmarea.space.StackGrowth",
          "dev.vmarea.space.UnmapSet");

  private Faults() {}

  /** All faults, in a fixed order. */
  static List<Mutation> all() throws IOException {
    final List<Mutation> all = new ArrayList<>();
    for (final String name : MERGE_RULES) {
      all.addAll(jumps(name, "merge condition", Mutation.Kind.JUMP_ALWAYS));
    }
    for (final String name : JOIN_AND_SPLIT) {
      all.addAll(jumps(name, "join or split", Mutation.Kind.JUMP_NEVER));
    }
    for (final String name : RESERVATIONS) {
      all.addAll(jumps(name, "reservation", Mutation.Kind.JUMP_NEVER));
    }
    for (final String name : ERRORS) {
      all.addAll(errnos(name));
    }
    return all;
  }

  private static List<MethodModel> methods(final String name) throws IOException {
    final String file = name.replace('.', '/') + ".class";
    try (InputStream in = Faults.class.getClassLoader().getResourceAsStream(file)) {
      if (in == null) {
        throw new IOException("no class " + name + " to put a fault into");
      }
      return ClassFile.of().parse(in.readAllBytes()).methods();
    }
  }

  private static List<Mutation> jumps(
      final String name, final String what, final Mutation.Kind kind) throws IOException {
    final List<Mutation> found = new ArrayList<>();
    for (final MethodModel method : methods(name)) {
      final String methodName = method.methodName().stringValue();
      int index = 0;
      for (final CodeElement element :
          method.code().map(code -> code.elementList()).orElse(List.of())) {
        if (element instanceof BranchInstruction jump
            && jump.opcode() != Opcode.GOTO
            && jump.opcode() != Opcode.GOTO_W) {
          // A check for null turned round breaks the model at once, which proves nothing.
          if (jump.opcode() != Opcode.IFNULL && jump.opcode() != Opcode.IFNONNULL) {
            found.add(
                new Mutation(
                    what + " " + (index + 1) + " of " + methodName, name, methodName, kind, index));
          }
          index++;
        }
      }
    }
    return found;
  }

  private static List<Mutation> errnos(final String name) throws IOException {
    final List<Mutation> found = new ArrayList<>();
    for (final MethodModel method : methods(name)) {
      final String methodName = method.methodName().stringValue();
      int index = 0;
      for (final CodeElement element :
          method.code().map(code -> code.elementList()).orElse(List.of())) {
        if (element instanceof FieldInstruction field
            && field.opcode() == Opcode.GETSTATIC
            && field.owner().asInternalName().equals("dev/vmarea/base/Errno")) {
          found.add(
              new Mutation(
                  field.name().stringValue() + ", errno " + (index + 1) + " of " + methodName,
                  name,
                  methodName,
                  Mutation.Kind.OTHER_ERRNO,
                  index));
          index++;
        }
      }
    }
    return found;
  }
}
