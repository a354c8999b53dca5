// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Proposal;
import dev.vmarea.space.Task;
import dev.vmarea.space.UnmapSet;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaDescriptor;
import dev.vmarea.vma.VmaExtras;
import org.jspecify.annotations.Nullable;

/**
 * One mapping on its way into an address space: the stages of {@code mmap_region} (mm-semantics 2.5
 * and 3.2), each a method.
 *
 * <p>Before {@link #setUp} has passed its point of no return a failure leaves the old mappings as
 * they were, splits apart; after it they are gone, whatever happens (mm-semantics 3.4).
 */
final class MappedRegion {
  private final Mm mm;
  private final Task task;
  private final SharedBacking backing;
  private final long start;
  private final long end;
  private final @Nullable OpenFile asked;
  private long pgoff;
  private long flags;
  private @Nullable OpenFile file;
  private @Nullable VmOperations ops;
  private @Nullable UnmapSet replaced;
  private long charged;

  MappedRegion(
      Mm mm,
      Task task,
      SharedBacking backing,
      long start,
      long end,
      long pgoff,
      long flags,
      @Nullable OpenFile file) {
    this.mm = mm;
    this.task = task;
    this.backing = backing;
    this.start = start;
    this.end = end;
    this.pgoff = pgoff;
    this.flags = flags;
    this.file = file;
    this.asked = file;
  }

  /** Runs the stages; the address of the mapping. */
  long map() throws ErrnoException {
    if (mm.refusedByDenyWriteExec(flags, flags)) {
      throw Errno.EACCES.failure();
    }
    setUp();
    try {
      prepare();
    } catch (ErrnoException refused) {
      // Linux up to 7.1 does not give the charge back on this path (traps 1 and 2).
      abandonReplaced();
      throw refused;
    }
    if (!markedLateForKsm()) {
      flags = mm.withKsm(flags);
    }
    Vma result = join();
    if (result == null) {
      try {
        result = create();
      } catch (ErrnoException failed) {
        mm.uncharge(charged);
        abandonReplaced();
        throw failed;
      }
    }
    complete(result);
    return start;
  }

  private void setUp() throws ErrnoException {
    long pages = Pages.count(end - start);
    Vma first = mm.tree().overlap(start, end);
    if (first != null) {
      replaced = UnmapSet.gather(mm, first, start, end);
    }
    if (!mm.mayExpand(task, flags, pages - (replaced == null ? 0 : replaced.pages()))) {
      throw Errno.ENOMEM.failure();
    }
    if (accountable()) {
      charged = pages - (replaced == null ? 0 : replaced.accountedPages());
      if (charged != 0 && !mm.charge(task, charged)) {
        throw Errno.ENOMEM.failure();
      }
      if (replaced != null) {
        replaced.inheritCharge();
      }
      flags |= VmFlags.ACCOUNT;
    }
    if (replaced != null) {
      replaced.close();
    }
  }

  private boolean accountable() {
    if (file != null) {
      FileOperations operations = file.operations();
      if (operations != null && operations.hugePageSize() != 0) {
        return false;
      }
    }
    return (flags & (VmFlags.NORESERVE | VmFlags.SHARED | VmFlags.WRITE)) == VmFlags.WRITE;
  }

  private void prepare() throws ErrnoException {
    OpenFile mapped = file;
    FileOperations operations = mapped == null ? null : mapped.operations();
    if (mapped == null || operations == null) {
      return;
    }
    VmaDescriptor descriptor = new VmaDescriptor(start, end, pgoff, flags, mapped);
    operations.mmapPrepare(descriptor);
    boolean locks = (descriptor.vmFlags() & ~flags & VmFlags.LOCKED) != 0;
    if (locks && mm.lockLimitExceeded(task, Pages.count(end - start))) {
      throw Errno.EAGAIN.failure(); // memfd_secret asks this in its hook
    }
    pgoff = descriptor.pgoff();
    flags = descriptor.vmFlags();
    file = descriptor.vmFile();
    ops = descriptor.isAnonymous() ? null : descriptor.vmOps();
    if (ops == null && !descriptor.isAnonymous()) {
      ops = NoOperations.INSTANCE;
    }
  }

  private @Nullable Vma join() {
    try {
      return mm.editor().mergeNew(proposal(), false);
    } catch (ErrnoException noMemory) {
      return null; // Linux then tries a VMA of its own
    }
  }

  private Proposal proposal() {
    return new Proposal(start, end, pgoff, flags, file, null, VmaExtras.NONE);
  }

  private boolean markedLateForKsm() {
    FileOperations operations = asked == null ? null : asked.operations();
    return operations != null && operations.hasLegacyHook();
  }

  private Vma create() throws ErrnoException {
    flags = mm.withKsm(flags);
    if (asked == null && (flags & VmFlags.SHARED) != 0) {
      file = backing.shmemZero(end - start, (flags & VmFlags.NORESERVE) != 0);
      ops = NoOperations.INSTANCE;
    }
    Vma vma = mm.editor().allocate(start, end, pgoff, flags, file, null, ops, VmaExtras.NONE);
    if (vma.has(VmFlags.LOCKED) && !lockable(flags)) {
      vma = vma.withFlags(flags & ~VmFlags.LOCKED_MASK);
    }
    mm.editor().insert(vma);
    if (ops != null) {
      ops.mapped(vma);
    }
    return vma;
  }

  private static boolean lockable(long flags) {
    return (flags & (VmFlags.SPECIAL | VmFlags.HUGETLB | VmFlags.DROPPABLE)) == 0;
  }

  private void complete(Vma result) {
    if (replaced != null) {
      replaced.complete();
    }
    long pages = Pages.count(end - start);
    mm.counters().map(result.flags(), pages);
    if (result.has(VmFlags.LOCKED)) {
      mm.counters().lock(pages);
    }
  }

  private void abandonReplaced() {
    if (replaced != null) {
      replaced.remove();
    }
  }
}
