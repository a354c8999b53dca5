// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.mounts.Leftovers;
import dev.vmarea.drivers.mounts.MountedUsers;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.trace.evidence.MemoryAccess;
import dev.vmarea.trace.evidence.UserControl;
import java.util.List;

/**
 * Follows the comment lines of a script about what it has mounted and about contents of memory, and
 * checks the mounted users after every line.
 */
final class MountedLines {
  private final Machine machine;
  private final MountedUsers users;
  private final DivergenceLog divergences;
  private final WarningLog warnings;
  private final Leftovers before;
  private String broken = "";

  MountedLines(
      Machine machine, MountedUsers users, DivergenceLog divergences, WarningLog warnings) {
    this.machine = machine;
    this.users = users;
    this.divergences = divergences;
    this.warnings = warnings;
    this.before = Leftovers.of(machine, users);
  }

  /** Something happens to a user. */
  void control(UserControl line, long number) throws RecordingException {
    UserModel user = users.at(line.path());
    if (user == null) {
      throw new RecordingException(
          "line "
              + number
              + ": nothing is mounted at "
              + line.path()
              + "; a line # vmarea mount"
              + " does that");
    }
    String result;
    try {
      result = text(user.control(line.words()));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new RecordingException("line " + number + ": " + line.path() + ": " + e.getMessage());
    }
    boolean same =
        line.result().equals(UserControl.OK)
            ? !result.startsWith("-")
            : result.equals(line.result());
    if (!same) {
      String call = UserControl.KIND + " " + line.path() + " " + String.join(" ", line.words());
      divergences.add(number, 0, call, line.result(), result);
    }
  }

  private static String text(long result) {
    Errno errno = Errno.ofResult(result);
    return errno == null ? Long.toString(result) : "-" + errno.name();
  }

  /** A process reads or writes memory. */
  void access(MemoryAccess line, long number, TracedThread thread) {
    TracedMemory memory = thread.process.memory;
    if (!memory.isKnown()) {
      return;
    }
    String result;
    try (Cpu cpu = memory.space().cpu()) {
      result = access(cpu, line);
    } catch (MemoryFault fault) {
      result = signal(fault);
    }
    if (!result.equalsIgnoreCase(line.result())) {
      divergences.add(number, line.pid(), line.access(), line.result(), result);
    }
  }

  private static String access(Cpu cpu, MemoryAccess line) {
    long at = line.address();
    long value = line.value();
    if (line.isStore()) {
      switch (line.bytes()) {
        case 1 -> cpu.storeByte(at, (byte) value);
        case 2 -> cpu.storeShort(at, (short) value);
        case 4 -> cpu.storeInt(at, (int) value);
        default -> cpu.storeLong(at, value);
      }
      return "0";
    }
    long loaded =
        switch (line.bytes()) {
          case 1 -> cpu.loadByte(at) & 0xffL;
          case 2 -> cpu.loadShort(at) & 0xffffL;
          case 4 -> cpu.loadInt(at) & 0xffff_ffffL;
          default -> cpu.loadLong(at);
        };
    return "0x" + Long.toHexString(loaded);
  }

  private static String signal(MemoryFault fault) {
    return switch (fault.reason()) {
      case BUS -> "SIGBUS";
      case OUT_OF_MEMORY -> "OOM";
      default -> "SIGSEGV";
    };
  }

  /** Checks the users and {@code spaces}; what does not hold any more is told once. */
  void check(Iterable<AddressSpace> spaces) {
    if (users.all().isEmpty()) {
      return;
    }
    try {
      users.verify();
      machine.verify();
      spaces.forEach(AddressSpace::verify);
      broken = "";
    } catch (IllegalStateException e) {
      String what = String.valueOf(e.getMessage());
      if (!what.equals(broken)) {
        broken = what;
        warnings.add(new KernelWarning(KernelWarning.Kind.INVARIANT, what));
      }
    }
  }

  /** All processes have ended: tells what is left. */
  void end() {
    if (users.all().isEmpty()) {
      return;
    }
    check(List.of());
    String left = Leftovers.atEnd(machine, users, before);
    if (!left.isEmpty()) {
      warnings.add(
          new KernelWarning(
              KernelWarning.Kind.INVARIANT, "left when all processes had ended: " + left));
    }
  }
}
