// SPDX-License-Identifier: Apache-2.0

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.MapRequest;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.base.VmFlags;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.vma.Vma;

/** Memory as front ends of Unicorn know it. Permission bits are those of mmap. */
final class UnicornStyle implements UnicornBackend {
  private final AddressSpace space;
  private final Cpu cpu;
  private UnicornBackend.InvalidAccess hook = (address, write, mapped) -> false;

  UnicornStyle(AddressSpace space, Cpu cpu) {
    this.space = space;
    this.cpu = cpu;
  }

  private interface Call {
    void make() throws ErrnoException;
  }

  private static void checked(String what, Call call) {
    try {
      call.make();
    } catch (ErrnoException failed) {
      throw new IllegalStateException(what + ": " + failed.getMessage(), failed);
    }
  }

  /** What is mapped already is an error there. */
  @Override
  public void mem_map(long address, long size, int permissions) {
    MapRequest request = MapRequest.anonymous(size).fixedIfFree(address).protection(permissions);
    checked("mem_map", () -> space.calls().mmap(request));
  }

  @Override
  public void mem_protect(long address, long size, int permissions) {
    checked("mem_protect", () -> space.calls().mprotect(address, size, permissions));
  }

  @Override
  public void mem_unmap(long address, long size) {
    checked("mem_unmap", () -> space.calls().munmap(address, size));
  }

  @Override
  public byte[] mem_read(long address, long size) {
    byte[] bytes = new byte[Math.toIntExact(size)];
    regardless(address, bytes.length, Prot.READ, () -> cpu.load(address, bytes, 0, bytes.length));
    return bytes;
  }

  @Override
  public void mem_write(long address, byte[] bytes) {
    int readWrite = Prot.READ | Prot.WRITE;
    regardless(address, bytes.length, readWrite, () -> cpu.store(address, bytes, 0, bytes.length));
  }

  /** Where the permissions forbid it, they are lent to the host for the moment. */
  private void regardless(long address, int length, int lent, Runnable access) {
    try {
      access.run();
    } catch (MemoryFault refused) {
      Vma vma = space.lookup(refused.address());
      if (refused.reason() != MemoryFault.Cause.ACCERR || vma == null) {
        throw refused;
      }
      int before = (int) (vma.flags() & (VmFlags.READ | VmFlags.WRITE | VmFlags.EXEC));
      long start = Pages.floor(Math.max(address, vma.start()));
      long end = Math.min(Pages.ceil(address + length), vma.end());
      mem_protect(start, end - start, lent);
      try {
        regardless(address, length, lent, access); // it may reach into the next area
      } finally {
        mem_protect(start, end - start, before);
      }
    }
  }

  @Override
  public void hook_invalid(UnicornBackend.InvalidAccess listener) {
    hook = listener;
  }

  /** What the interpreter of such an emulator calls for a load of the guest. */
  long guestLoad(long address) {
    while (true) {
      try {
        return cpu.loadLong(address);
      } catch (MemoryFault fault) {
        repairOrThrow(fault, false);
      }
    }
  }

  /** The same for a store. */
  void guestStore(long address, long value) {
    while (true) {
      try {
        cpu.storeLong(address, value);
        return;
      } catch (MemoryFault fault) {
        repairOrThrow(fault, true);
      }
    }
  }

  private void repairOrThrow(MemoryFault fault, boolean write) {
    boolean mapped = fault.reason() != MemoryFault.Cause.MAPERR;
    if (!hook.hook(fault.address(), write, mapped)) {
      throw fault;
    }
  }
}
