// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.fault.Access;
import dev.vmarea.fault.DriverFault;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.fault.PageFault;
import dev.vmarea.image.ImageException;
import dev.vmarea.image.ImageWriter;
import dev.vmarea.mapping.ForkOperation;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.AddressSpaceListener;
import dev.vmarea.space.MemoryUsage;
import dev.vmarea.space.Mm;
import dev.vmarea.space.MmVerifier;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.StackGrowth;
import dev.vmarea.space.Task;
import dev.vmarea.space.UsageWalk;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaHandle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * One process's memory. Memory calls are made through {@link #calls()}, which throws what fails, or
 * {@link #syscalls()}, which returns it; this class shows the VMAs and takes the events that are no
 * calls: faults, stack growth, fork, exit.
 *
 * <p>Thread-safe: reading takes no lock, changes take the address space's.
 */
public final class AddressSpace {
  private final Machine machine;
  private final Mm mm;
  private final Task task;

  AddressSpace(Machine machine, Mm mm, Task task) {
    this.machine = machine;
    this.mm = mm;
    this.task = task;
  }

  /** The machine it belongs to. */
  public Machine machine() {
    return machine;
  }

  /** The process that owns it: limits, capabilities, personality. */
  public Task task() {
    return task;
  }

  /** Where the program's parts are. */
  public ProgramLayout layout() {
    return mm.layout();
  }

  /** The subsystem's own view, for tools that need all of it. */
  public Mm mm() {
    return mm;
  }

  /** The memory calls of the owning process. */
  public Syscalls syscalls() {
    return syscalls(task);
  }

  /** The memory calls of another process that shares this memory (CLONE_VM). */
  public Syscalls syscalls(Task caller) {
    return new Syscalls(this, caller);
  }

  /** The memory calls of the owning process, with exceptions for errors. */
  public MemoryCalls calls() {
    return new MemoryCalls(this, task);
  }

  /** The VMAs in address order; weakly consistent while other threads change the address space. */
  public Iterable<Vma> vmas() {
    return mm.tree();
  }

  /**
   * The page tables, or null if nothing was ever put into any. To be read; changing them is the
   * subsystem's business.
   */
  public @Nullable PageTables pageTables() {
    return mm.pageTablesIfAny();
  }

  /**
   * Loads and stores of the calling thread in this memory; to be closed. Faults are those of the
   * owning process.
   */
  public Cpu cpu() {
    return new Cpu(mm, task);
  }

  /**
   * Tells {@code listener} from now on what is mapped, unmapped, protected and discarded; first,
   * what is mapped now. A forked child starts without listeners.
   *
   * @return to be closed when it is to be told no more
   */
  public AddressSpaceListener.Registration addListener(AddressSpaceListener listener) {
    return mm.changes().add(listener);
  }

  /**
   * Writes all of it to {@code stream}, which stays open: layout, contents, counters. The process's
   * limits and capabilities are not in it. Threads must not store meanwhile, or may be caught
   * between two stores.
   *
   * @throws ImageException naming a mapping that cannot be saved; nothing has been written then
   * @throws IOException what the stream says
   */
  public void save(OutputStream stream) throws IOException {
    ImageWriter.write(mm, stream);
  }

  /**
   * The same into a file, which appears, or changes, when all is written: a failure leaves what was
   * there.
   */
  public void save(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(folder, file.getFileName() + ".", ".tmp");
    try {
      try (OutputStream stream = Files.newOutputStream(temporary)) {
        save(stream);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Pins the pages of [address, address + length), bytes, any, for direct use; to be closed. Pages
   * are faulted in; private ones that are shared with others are copied first. Linux's own users of
   * such pins charge them to RLIMIT_MEMLOCK; here that is the caller's business.
   *
   * @param write whether what is pinned is to be written
   * @throws ErrnoException EFAULT where nothing is mapped, where memory may not be accessed so, at
   *     device or secret memory, behind the end of a file, and for writing in a shared mapping of a
   *     file on a disk; ENOMEM without a frame. Nothing is pinned then
   */
  public PinnedRange pin(long address, long length, boolean write) throws ErrnoException {
    return new PinnedRange(mm, task, address, length, write);
  }

  /** Number of VMAs. */
  public int mapCount() {
    return mm.mapCount();
  }

  /** The VMA that contains {@code address} (bytes), or null. */
  public @Nullable Vma lookup(long address) {
    return mm.tree().lookup(address);
  }

  /**
   * What the pages of a VMA of this address space add up to now, as {@code smaps} counts them. In
   * time proportional to its page tables.
   */
  public MemoryUsage usage(Vma vma) {
    mm.lock().lock();
    try {
      return UsageWalk.of(mm, vma);
    } finally {
      mm.lock().unlock();
    }
  }

  /** The same of all VMAs together, as {@code smaps_rollup} and {@code status} count them. */
  public MemoryUsage usage() {
    mm.lock().lock();
    try {
      return UsageWalk.of(mm);
    } finally {
      mm.lock().unlock();
    }
  }

  /**
   * Puts a VMA in as it was found on a real process: no limits, no merging; counters and commit
   * charge follow. The given version's identity is not used.
   *
   * @throws IllegalArgumentException if something is mapped there already
   */
  public void install(Vma found) {
    mm.lock().lock();
    try {
      Vma above = mm.tree().find(found.start());
      if (above != null && above.start() < found.end()) {
        throw new IllegalArgumentException("overlaps " + above + ": " + found);
      }
      Vma vma =
          new Vma(
              found.start(),
              found.end(),
              found.pgoff(),
              found.flags(),
              VmaHandle.of(found.file()),
              found.file(),
              found.anon(),
              found.ops(),
              found.extras());
      OpenFile file = vma.file();
      if (file != null) {
        file.get();
      }
      mm.editor().insert(vma);
      mm.counters().map(vma.flags(), vma.pages());
      if (vma.has(VmFlags.LOCKED)) {
        mm.counters().lock(vma.pages());
      }
      if (vma.has(VmFlags.ACCOUNT)) {
        mm.uncharge(-vma.pages());
      }
    } finally {
      mm.lock().unlock();
    }
  }

  /**
   * A write to {@code address} (bytes): grows a stack if it must, and gives private memory its
   * anonymous identity.
   *
   * @throws ErrnoException EFAULT where nothing is mapped, EACCES where writing is not allowed, or
   *     what refused the stack to grow
   */
  public void writeFault(long address) throws ErrnoException {
    mm.lock().lock();
    try {
      Vma vma = mm.tree().lookup(address);
      if (vma == null) {
        vma = new StackGrowth(mm, task).growTo(address);
      }
      if (!vma.has(VmFlags.WRITE)) {
        throw Errno.EACCES.failure();
      }
      mm.anonAssigner().populate(vma);
    } finally {
      mm.lock().unlock();
    }
  }

  /**
   * An access to {@code address} (bytes) in a driver's mapping: its fault callbacks are asked for
   * an entry if there is none.
   *
   * @return NO_PAGE if an entry is there now, else how the access fails
   * @throws ErrnoException EFAULT where nothing is mapped, EACCES where the access is not allowed
   */
  public FaultContext.Result driverFault(long address, boolean write) throws ErrnoException {
    mm.lock().lock();
    try {
      Vma vma = mm.tree().lookup(address);
      if (vma == null) {
        throw Errno.EFAULT.failure();
      }
      if (write ? !vma.has(VmFlags.WRITE) : !vma.isAccessible()) {
        throw Errno.EACCES.failure();
      }
      VmOperations ops = vma.ops();
      return ops != null && ops.hasFault()
          ? pageFault(address, write)
          : new DriverFault(mm, task, vma, address, write).handle();
    } finally {
      mm.lock().unlock();
    }
  }

  /** A driver may answer with a page, which is then to be mapped. */
  private FaultContext.Result pageFault(long address, boolean write) {
    try {
      new PageFault(mm, task, address, write ? Access.WRITE : Access.READ).handle();
      return FaultContext.Result.NO_PAGE;
    } catch (MemoryFault fault) {
      return fault.reason() == MemoryFault.Cause.OUT_OF_MEMORY
          ? FaultContext.Result.OOM
          : FaultContext.Result.SIGBUS;
    }
  }

  /**
   * Anonymous pages are known to exist in the private VMA at {@code address} (bytes): gives it its
   * identity whatever its protection is now.
   *
   * @return whether there is such a VMA
   */
  public boolean assignAnon(long address) {
    mm.lock().lock();
    try {
      Vma vma = mm.tree().lookup(address);
      if (vma == null || vma.has(VmFlags.SHARED)) {
        return false;
      }
      mm.anonAssigner().ensure(vma);
      return true;
    } finally {
      mm.lock().unlock();
    }
  }

  /**
   * An access below a stack-like VMA makes it grow to {@code address} (bytes).
   *
   * @throws ErrnoException as {@link StackGrowth#growTo}
   */
  public void growStack(long address) throws ErrnoException {
    mm.lock().lock();
    try {
      new StackGrowth(mm, task).growTo(address);
    } finally {
      mm.lock().unlock();
    }
  }

  /**
   * A copy for a forked child whose calls {@code child} makes.
   *
   * @throws ErrnoException ENOMEM if the commit charge is refused
   */
  public AddressSpace fork(Task child) throws ErrnoException {
    return new AddressSpace(machine, new ForkOperation(mm, task).fork(), child);
  }

  /** The end of the address space: everything unmapped, its charge given back. */
  public void exit() {
    ForkOperation.exit(mm);
  }

  /**
   * Checks every invariant.
   *
   * @throws IllegalStateException naming the first that does not hold
   */
  public void verify() {
    mm.lock().lock();
    try {
      MmVerifier.verify(mm);
    } finally {
      mm.lock().unlock();
    }
  }
}
