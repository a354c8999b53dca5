// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.models;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.fault.Access;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.fault.PageFault;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * A machine with one address space: what is there before the threads of a model begin, and what is
 * left when they have ended. The checker runs all of this without looking.
 */
final class World {
  static final int PRIVATE = MapFlags.PRIVATE | MapFlags.FIXED;
  static final int SHARED = MapFlags.SHARED | MapFlags.FIXED;
  static final int READ = 1;
  static final int READ_WRITE = 3;

  /** Where the models' memory is; {@link #MOVED} is in other tables. */
  static final long BASE = 0x100000000000L;

  static final long MOVED = 0x300000000000L;
  private static final int PAGES = 3;

  final Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
  final Task task = new Task(new ResourceLimits(), -1L);
  final AddressSpace space;
  final OpenFile file = ShmemFile.unnamed("/memfd:model", Pages.bytes(PAGES));

  private World() {
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    space = machine.newAddressSpace(layout, task);
    try {
      memory().zeroPage();
    } catch (ErrnoException noMemory) {
      throw new IllegalStateException(noMemory);
    }
  }

  private PhysicalMemory memory() {
    return machine.kernel().memory();
  }

  static World empty() {
    return new World();
  }

  /** Anonymous memory whose area has its identity: the last page has been written. */
  static World anonymous() {
    World world = new World();
    world
        .space
        .syscalls()
        .mmap(BASE, Pages.bytes(PAGES), READ_WRITE, PRIVATE | MapFlags.ANONYMOUS, null, 0);
    world.touch(BASE + Pages.bytes(PAGES - 1), Access.WRITE);
    return world;
  }

  /** The file, mapped with these flags; the last page has been written. */
  static World ofFile(int flags) {
    World world = new World();
    world.space.syscalls().mmap(BASE, Pages.bytes(PAGES), READ_WRITE, flags, world.file, 0);
    world.touch(BASE + Pages.bytes(PAGES - 1), Access.WRITE);
    return world;
  }

  /** A page that is there before the threads begin. */
  void touch(long address, Access access) {
    new PageFault(space.mm(), task, address, access).handle();
  }

  /**
   * Checks every invariant, also that each page has as many references as are held, and says what a
   * program finds in its memory.
   *
   * @throws IllegalStateException naming what is wrong
   */
  String state(@Nullable AddressSpace child) {
    space.verify();
    if (child != null) {
      child.verify();
    }
    machine.verify();
    return contents(space) + (child == null ? "" : " | " + contents(child));
  }

  private static String contents(AddressSpace one) {
    StringBuilder text = new StringBuilder();
    try (Cpu cpu = one.cpu()) {
      for (Vma vma : one.vmas()) {
        text.append(Long.toHexString(vma.start() >>> Pages.SHIFT))
            .append(vma.has(VmFlags.WRITE) ? "w" : "r");
        for (long at = vma.start(); at < vma.end(); at += Pages.SIZE) {
          text.append(' ').append(word(cpu, at));
        }
        text.append("; ");
      }
    }
    return text.toString();
  }

  private static String word(Cpu cpu, long address) {
    try {
      int end = cpu.loadInt(address + Pages.SIZE - Integer.BYTES);
      return cpu.loadLong(address) + (end == 0 ? "" : "..." + end);
    } catch (MemoryFault fault) {
      return fault.reason().toString();
    }
  }

  /** The end of the address spaces; the pages that are left, of which one is of zeroes. */
  long end(@Nullable AddressSpace child) {
    if (child != null) {
      child.exit();
    }
    space.exit();
    file.inode().truncate(0);
    return memory().allocatedPages();
  }
}
