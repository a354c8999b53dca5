// SPDX-License-Identifier: Apache-2.0

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.abi.DescriptorTable;
import dev.vmarea.abi.RawSyscalls;
import dev.vmarea.abi.SyscallAbi;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.trace.procmaps.MapsLayout;
import dev.vmarea.trace.procmaps.MapsText;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A toy emulator: runs a static RISC-V program of 64 bits on memory of Vmarea, then prints the map
 * of its address space. Ends with the program's exit status, or 128 and the signal's number.
 */
final class RiscV {
  private static final int A0 = 10;
  private static final int A7 = 17;
  private static final long WRITE = 64;
  private static final long EXIT = 93;
  private static final long EXIT_GROUP = 94;

  private final AddressSpace space;
  private final PrintStream out;
  private int status;

  private RiscV(AddressSpace space, PrintStream out) {
    this.space = space;
    this.out = out;
  }

  public static void main(String[] args) throws Exception {
    if (args.length == 0) {
      System.err.println("usage: RiscV PROGRAM [ARGUMENT...]");
      System.exit(2);
    }
    System.exit(run(Path.of(args[0]), List.of(args), System.out));
  }

  /** Runs a program; the first argument is its own name. */
  static int run(Path program, List<String> arguments, PrintStream out)
      throws IOException, ErrnoException {
    Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    AddressSpace space = machine.newAddressSpace();
    byte[] bytes = Files.readAllBytes(program);
    OpenFile file = machine.files().of("/bin/" + program.getFileName(), bytes);
    RiscV emulator = new RiscV(space, out);
    emulator.run(ElfFile.parse(bytes), file, arguments);
    space.exit();
    return emulator.status;
  }

  private void run(ElfFile program, OpenFile file, List<String> arguments) throws ErrnoException {
    try (Cpu cpu = space.cpu()) {
      long stackPointer = new Loader(space, cpu).load(program, file, arguments);
      RawSyscalls memoryCalls =
          new RawSyscalls(space, cpu, SyscallAbi.RISCV64, new DescriptorTable());
      Hart hart =
          new Hart(
              cpu, caller -> systemCall(caller, memoryCalls, cpu), program.entry(), stackPointer);
      String end;
      try {
        hart.run();
        end = "exit status " + status;
      } catch (MemoryFault fault) {
        status = 128 + fault.reason().signal();
        end = fault.getMessage() + ", pc 0x" + Long.toHexString(hart.pc());
      }
      out.println("--- " + end + "; " + hart.retired() + " instructions");
    }
    printMap();
  }

  private boolean systemCall(Hart hart, RawSyscalls memoryCalls, Cpu cpu) {
    long number = hart.register(A7);
    long[] a = new long[6];
    for (int i = 0; i < a.length; i++) {
      a[i] = hart.register(A0 + i);
    }
    if (number == EXIT || number == EXIT_GROUP) {
      status = (int) a[0] & 0xff;
      return false;
    }
    long result = memoryCalls.call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (result == RawSyscalls.NOT_HANDLED) {
      result = number == WRITE ? write(cpu, a[0], a[1], (int) a[2]) : Errno.ENOSYS.negated();
    }
    hart.register(A0, result);
    return true;
  }

  private long write(Cpu cpu, long descriptor, long address, int length) {
    if (descriptor != 1 && descriptor != 2) {
      return Errno.EBADF.negated();
    }
    byte[] bytes = new byte[length];
    try {
      cpu.load(address, bytes, 0, length);
    } catch (MemoryFault fault) {
      return Errno.EFAULT.negated();
    }
    out.write(bytes, 0, length);
    return length;
  }

  private void printMap() {
    ProgramLayout layout = space.layout();
    MapsText text = new MapsText(new MapsLayout(layout.startBrk, layout.brk, layout.startStack));
    for (Vma vma : space.vmas()) {
      text.add(vma);
    }
    out.write(text.toBytes(), 0, text.size());
  }
}
