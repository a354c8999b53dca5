// SPDX-License-Identifier: Apache-2.0

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.fault.MemoryFault;
import java.util.Arrays;

/** One address space, seen through the memory interfaces of three families of emulators. */
final class Adapters {
  private static final long AT = 0x10000;

  private Adapters() {}

  public static void main(String[] args) {
    AddressSpace space = new Machine(KernelConfig.standard(), Profile.LINUX_6_18).newAddressSpace();
    try (Cpu cpu = space.cpu()) {
      unicorn(space, cpu);
      ghidra(cpu);
      truffle(space, cpu);
    }
    space.vmas().forEach(System.out::println);
  }

  private static void unicorn(AddressSpace space, Cpu cpu) {
    UnicornStyle unicorn = new UnicornStyle(space, cpu);
    unicorn.mem_map(AT, 8192, 3);
    unicorn.mem_protect(AT + 4096, 4096, 1);
    unicorn.mem_write(AT + 4094, new byte[] {1, 2, 3, 4}); // also where it may only be read
    System.out.println("unicorn: " + Arrays.toString(unicorn.mem_read(AT + 4094, 4)));
    try {
      unicorn.mem_map(AT + 4096, 4096, 3);
    } catch (IllegalStateException overlaps) {
      System.out.println("unicorn: " + overlaps.getMessage());
    }
    try {
      unicorn.guestStore(AT + 4096, 5);
    } catch (MemoryFault fault) {
      System.out.println("unicorn: " + fault.getMessage());
    }
    unicorn.hook_invalid((address, write, mapped) -> {
      System.out.printf("unicorn: hook 0x%x write=%b mapped=%b%n", address, write, mapped);
      unicorn.mem_map(address & -4096, 4096, 3);
      return true;
    });
    unicorn.guestStore(AT + 8192, 6);
    System.out.println("unicorn: " + unicorn.guestLoad(AT + 8192));
  }

  private static void ghidra(Cpu cpu) {
    GhidraStyle ghidra =
        new GhidraStyle(
            cpu,
            (address, write) -> {
              System.out.printf("ghidra: unknown address 0x%x write=%b%n", address, write);
              return true;
            });
    byte[] chunk = new byte[8];
    System.out.println("ghidra: " + ghidra.getChunk(AT + 4094, 8, chunk) + " bytes");
    System.out.println("ghidra: " + Arrays.toString(chunk));
    System.out.println("ghidra: " + ghidra.getChunk(AT + 12284, 8, chunk) + " bytes");
    ghidra.setChunk(AT + 4096, 8, chunk);
  }

  private static void truffle(AddressSpace space, Cpu cpu) {
    TruffleStyle truffle = new TruffleStyle(space, cpu);
    long at = truffle.mmap(0, 4096, true, true, false);
    truffle.setI64(at + 1, 0x0102030405060708L);
    System.out.printf(
        "truffle: %x %x %x %x%n",
        truffle.getI8(at + 1),
        truffle.getI16(at + 1),
        truffle.getI32(at + 1),
        truffle.getI64(at + 1));
    System.out.println("truffle: munmap " + truffle.munmap(at + 1, 4096));
    long heap = truffle.brk(0);
    System.out.printf("truffle: brk %x%n", truffle.brk(heap + 4096) - heap);
  }
}
