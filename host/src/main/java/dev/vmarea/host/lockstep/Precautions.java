// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.Advice;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.base.VmFlags;
import dev.vmarea.files.KernelFiles;
import dev.vmarea.host.puppet.PuppetImage;
import dev.vmarea.hugetlb.HugetlbMapping;
import dev.vmarea.mapping.LockOperation;
import dev.vmarea.testkit.Call;
import dev.vmarea.testkit.ModelProcesses;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which calls are not made, see {@link Exclusion}. Asked before each call. */
final class Precautions {
  private static final int MOST_PROCESSES = 5;
  private static final int MANY_AREAS = 5000;
  private static final int MREMAP_MAYMOVE = 1;
  private static final long CODE_END = PuppetImage.BASE + PuppetImage.BYTES;

  private final boolean alwaysHuge;
  private final boolean hugetlb;
  private final boolean protectionKeys;

  /**
   * The precautions of a host.
   *
   * @param alwaysHuge whether transparent huge pages come without advice
   * @param hugetlb whether there are huge pages of hugetlb for us
   * @param protectionKeys whether execute-only memory has a key
   */
  Precautions(final boolean alwaysHuge, final boolean hugetlb, final boolean protectionKeys) {
    this.alwaysHuge = alwaysHuge;
    this.hugetlb = hugetlb;
    this.protectionKeys = protectionKeys;
  }

  /** Why {@code call} is not to be made now, or null. */
  @Nullable Exclusion against(final Call call, final ModelProcesses model) {
    if (endangersCode(call)) {
      return Exclusion.OWN_CODE;
    }
    final AddressSpace space = model.space();
    final long[] a = call.values();
    return switch (call.verb()) {
      case FORK ->
          model.count() >= MOST_PROCESSES || space.mapCount() > MANY_AREAS
              ? Exclusion.PROCESSES
              : null;
      case MMAP ->
          !hugetlb && (a[3] & MapFlags.HUGETLB) != 0 ? Exclusion.HUGETLB : againstExecuteOnly(a[2]);
      case MPROTECT -> againstExecuteOnly(a[2]);
      case FTRUNCATE, PUNCH_HOLE -> againstCut(model.file(a[0]), space);
      case MREMAP -> againstMove(space, a);
      case READ -> againstRead(space.lookup(a[0]));
      case WRITE -> isBehindEnd(space.lookup(a[0]), a[0]) ? Exclusion.BEHIND_END : null;
      case MINCORE -> againstVector(space, a);
      case MADVISE -> againstAdvice(space, a);
      case MLOCK2 -> againstFill(space, a[0], a[1]);
      case MLOCKALL ->
          (a[0] & LockOperation.MCL_CURRENT) != 0
              ? againstFill(space, 0, space.machine().kernel().config().taskSize())
              : null;
      default -> null;
    };
  }

  private @Nullable Exclusion againstExecuteOnly(final long prot) {
    final long access = Prot.READ | Prot.WRITE | Prot.EXEC;
    return protectionKeys && (prot & access) == Prot.EXEC ? Exclusion.PROTECTION_KEYS : null;
  }

  /**
   * Pages that a cut takes from private mappings are reserved again, unless there are surplus ones
   * at that moment; so it matters which mapping is met first.
   */
  private static @Nullable Exclusion againstCut(
      final @Nullable OpenFile file, final AddressSpace space) {
    final FileOperations operations = file == null ? null : file.operations();
    final long size = operations == null ? 0 : operations.hugePageSize();
    return file != null
            && size != 0
            && file.inode().reverseMap().size() > 1
            && space.machine().backing() instanceof KernelFiles files
            && files.hugePages().counts(size).surplus() != 0
        ? Exclusion.HUGETLB_SURPLUS
        : null;
  }

  /**
   * A move takes the reservation of the whole area with it, or loses it; and one call can move
   * several areas, the last one in part.
   */
  private static @Nullable Exclusion againstMove(final AddressSpace space, final long[] a) {
    final boolean moves = (a[3] & MREMAP_MAYMOVE) != 0;
    return moves && any(space, a[0], a[1], vma -> ownsBeyond(vma, a[0], a[1]))
        ? Exclusion.HUGETLB_MOVE
        : null;
  }

  /** Whether the area has reserved huge pages, and has some outside of [start, start + length). */
  private static boolean ownsBeyond(final Vma vma, final long start, final long length) {
    final HugetlbMapping mapping = HugetlbMapping.of(vma);
    if (mapping == null || !mapping.isOwner()) {
      return false;
    }
    final long end = start + (length + mapping.pageSize() - 1 & -mapping.pageSize());
    return vma.start() < end && (vma.start() < start || vma.end() > end);
  }

  /** mincore's vector is read from outside, which needs what the puppet itself would not. */
  private static @Nullable Exclusion againstVector(final AddressSpace space, final long[] a) {
    final long access = VmFlags.READ | VmFlags.WRITE;
    return any(space, a[2], (a[1] >>> 12) + 1, vma -> (vma.flags() & access) == VmFlags.WRITE)
        ? Exclusion.RESIDENCY
        : null;
  }

  /** In the page that a file ends in, behind that end. */
  private static boolean isBehindEnd(final @Nullable Vma vma, final long address) {
    if (vma == null || vma.file() == null || vma.isAnonymous()) {
      return false;
    }
    final Inode inode = vma.file().inode();
    final long offset = Pages.bytes(vma.pgoff()) + address - vma.start();
    return inode.type() == Inode.Type.REGULAR
        && inode.size() >= 0
        && offset >= inode.size()
        && offset < Pages.ceil(inode.size());
  }

  private @Nullable Exclusion againstRead(final @Nullable Vma vma) {
    if (vma == null) {
      return null;
    }
    if (vma.hasAny(VmFlags.PFNMAP | VmFlags.MIXEDMAP | VmFlags.IO)) {
      return Exclusion.KERNEL_PAGES;
    }
    return mayBeHuge(vma) ? Exclusion.HUGE_READ : null;
  }

  private @Nullable Exclusion againstAdvice(final AddressSpace space, final long[] a) {
    final Vma vma = a[0] < 0 ? null : space.lookup(a[0]);
    return switch ((int) a[2]) {
      case Advice.REMOVE -> vma == null ? null : againstCut(vma.file(), space);
      case Advice.POPULATE_READ, Advice.POPULATE_WRITE -> againstFill(space, a[0], a[1]);
      default -> null;
    };
  }

  private @Nullable Exclusion againstFill(
      final AddressSpace space, final long start, final long length) {
    return any(space, start, length, this::mayBeHuge) ? Exclusion.HUGE_READ : null;
  }

  /** Whether a read may bring a huge page: then it depends on page tables what it counts as. */
  private boolean mayBeHuge(final Vma vma) {
    return hasRoomForHuge(vma)
        && vma.isAnonymous()
        && !vma.has(VmFlags.NOHUGEPAGE)
        && (alwaysHuge || vma.has(VmFlags.HUGEPAGE));
  }

  private static boolean hasRoomForHuge(final Vma vma) {
    final long size = KernelConfig.THP_SIZE;
    return (vma.start() + size - 1 & -size) + size <= vma.end();
  }

  /** Whether the model knows which pages at {@code address} are in memory. */
  static boolean knowsResidency(final ModelProcesses model, final long address) {
    final Vma vma = model.space().lookup(address);
    if (vma == null) {
      return true;
    }
    final boolean onDisk =
        vma.file() != null && !vma.isAnonymous() && vma.file().inode().fileSystem().writesBack();
    final boolean mayBeHuge = !vma.has(VmFlags.HUGETLB) && hasRoomForHuge(vma);
    return !onDisk && !mayBeHuge && model.knowsContents(vma);
  }

  private static boolean any(
      final AddressSpace space,
      final long start,
      final long length,
      final Predicate<? super Vma> condition) {
    final long end = length < 0 || start + length < start ? Long.MAX_VALUE : start + length + 4096;
    for (Vma vma = start < 0 ? null : space.mm().tree().find(start);
        vma != null && vma.start() < end;
        vma = space.mm().tree().find(vma.end())) {
      if (condition.test(vma)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the puppet's page may be gone, or not executable, afterwards. */
  private static boolean endangersCode(final Call call) {
    final long[] a = call.values();
    return switch (call.verb()) {
      case MMAP ->
          (a[3] & (MapFlags.FIXED | MapFlags.FIXED_NOREPLACE)) != 0 && meetsCode(a[0], a[1]);
      case MUNMAP, MPROTECT -> meetsCode(a[0], a[1]);
      case REMAP_FILE_PAGES -> meetsCode(a[0], a[1]);
      case MREMAP -> meetsCode(a[0], Math.max(a[1], 1)) || meetsCode(a[4], a[2]);
      case SHMAT -> meetsCode(a[1], 1 << 16);
      case MADVISE -> meetsCode(a[0], a[1]);
      default -> false;
    };
  }

  private static boolean meetsCode(final long start, final long length) {
    final long from = start & -4096;
    final long end = from + length + 4096;
    return from < CODE_END && (end > PuppetImage.BASE || end < from || length < 0) && from >= 0;
  }
}
