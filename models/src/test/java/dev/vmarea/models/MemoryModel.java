// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.models;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Syscalls;
import dev.vmarea.base.Advice;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.fault.MemoryFault;

/**
 * What threads do to memory: loads and stores through accessors of their own, and calls. An
 * accessor remembers translations from one access to the next, until {@link #leave}; calls of
 * another thread wait for it.
 *
 * <p>Pages are numbered from 0; 10 and up are pages of the place that memory is moved to.
 */
abstract class MemoryModel extends ModelCheck.Model {
  private static final int MOVED = 10;

  private final World world;
  private final Syscalls calls;
  private final Cpu[] cpus = new Cpu[3];
  private volatile AddressSpace child;

  MemoryModel(World world) {
    this.world = world;
    this.calls = world.space.syscalls();
  }

  private static long address(int page) {
    return page < MOVED ? World.BASE + Pages.bytes(page) : World.MOVED + Pages.bytes(page - MOVED);
  }

  private Cpu cpu(int who) {
    Cpu cpu = cpus[who];
    if (cpu == null) {
      cpu = (who == 2 ? child : world.space).cpu();
      cpus[who] = cpu;
    }
    return cpu;
  }

  /** Accessor 2 is the child's. */
  public String store(int who, int page, long value) {
    try {
      cpu(who).storeLong(address(page), value);
      return "done";
    } catch (MemoryFault fault) {
      return fault.reason().toString();
    }
  }

  public String load(int who, int page) {
    try {
      return Long.toString(cpu(who).loadLong(address(page)));
    } catch (MemoryFault fault) {
      return fault.reason().toString();
    }
  }

  /** Four bytes at the end of the page, and four at the start of the next one. */
  public String storeAcross(int who, int page, long value) {
    try {
      cpu(who).storeLong(address(page + 1) - Integer.BYTES, value << Integer.SIZE | value);
      return "done";
    } catch (MemoryFault fault) {
      return fault.reason().toString();
    }
  }

  /** The four bytes at the end of the page. */
  public String loadEnd(int who, int page) {
    try {
      return Integer.toString(cpu(who).loadInt(address(page + 1) - Integer.BYTES));
    } catch (MemoryFault fault) {
      return fault.reason().toString();
    }
  }

  public void leave(int who) {
    cpu(who).close();
    cpus[who] = null;
  }

  public void offline(int who) {
    cpu(who).offline();
  }

  public void online(int who) {
    cpu(who).online();
  }

  public long munmap(int page, int pages) {
    return calls.munmap(address(page), Pages.bytes(pages));
  }

  /** Other memory in the place of what is there, to be read only. */
  public long mapOver(int page, int pages) {
    int flags = World.PRIVATE | MapFlags.ANONYMOUS;
    return calls.mmap(address(page), Pages.bytes(pages), World.READ, flags, null, 0);
  }

  /** The file's first pages, shared. */
  public long mapFile(int page, int pages) {
    return calls.mmap(
        address(page), Pages.bytes(pages), World.READ_WRITE, World.SHARED, world.file, 0);
  }

  public long protect(int page, int pages, int prot) {
    return calls.mprotect(address(page), Pages.bytes(pages), prot);
  }

  public long discard(int page, int pages) {
    return calls.madvise(address(page), Pages.bytes(pages), Advice.DONTNEED);
  }

  public long move(int page, int pages) {
    return calls.mremap(
        address(page),
        Pages.bytes(pages),
        Pages.bytes(pages),
        MremapFlags.MAYMOVE | MremapFlags.FIXED,
        address(page + MOVED));
  }

  public String fork() {
    try {
      child = world.space.fork(world.task);
      return "done";
    } catch (ErrnoException refused) {
      return refused.errno().toString();
    }
  }

  public void truncate(int pages) {
    world.file.inode().truncate(Pages.bytes(pages));
  }

  public void punch(int from, int to) {
    world.file.inode().punchHole(from, to);
  }

  /** Whether something is mapped there, without a lock. */
  public boolean lookup(int page) {
    return world.space.lookup(address(page)) != null;
  }

  public String state() {
    return world.state(child);
  }

  public long end() {
    return world.end(child);
  }
}
