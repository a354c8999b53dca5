// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.action.FollowUp;
import dev.vmarea.action.HalfBuiltVma;
import dev.vmarea.action.HookScope;
import dev.vmarea.base.Difference;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.FileVmaHandle;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import org.jspecify.annotations.Nullable;

/**
 * A VMA of its own, for a range that joined no neighbour (mm-semantics 3.5): reserved first, an old
 * hook asked, then published in one step that cannot fail.
 */
final class VmaCreation {
  private final HookScope scope;
  private final SharedBacking backing;
  private final MappingState state;
  private @Nullable VmOperations ops;
  private VmaExtras extras = VmaExtras.NONE;

  VmaCreation(HookScope scope, SharedBacking backing, MappingState state) {
    this.scope = scope;
    this.backing = backing;
    this.state = state;
  }

  /**
   * Makes and publishes the VMA.
   *
   * @throws ErrnoException ENOMEM, what an old hook says, or what made no file for shared memory
   */
  Vma create() throws ErrnoException {
    mm().editor().reserveInsert();
    if (reservesRemoval(scope, state.followUp)) {
      mm().editor().reserveRemove();
    }
    if (state.operations() instanceof LegacyMmap hook) {
      askOldHook(hook);
    } else if (state.asked == null && (state.flags & VmFlags.SHARED) != 0) {
      boolean noReserve = (state.flags & VmFlags.NORESERVE) != 0;
      state.file = backing.shmemZero(state.end - state.start, noReserve);
      ops = NoOperations.INSTANCE;
    } else {
      takeFile();
      ops = state.asked == null ? null : state.ops;
      extras = extras.withDriver(state.driver);
    }
    state.flags = mm().withKsm(state.flags);
    return publish();
  }

  /** Unmapping after a failed action cannot fail if it was reserved (G10). */
  static boolean reservesRemoval(HookScope scope, @Nullable FollowUp followUp) {
    return followUp != null
        && !scope.profile().has(Difference.FAILURE_UNMAP_CAN_FAIL)
        && (followUp.needsVma() || !scope.profile().has(Difference.NO_MAPPED));
  }

  private void takeFile() {
    OpenFile file = state.file;
    if (file == null || state.takesOverFile) {
      return;
    }
    if (file.references() <= 0) {
      scope.warn(
          new KernelWarning(
              KernelWarning.Kind.USE_AFTER_FREE,
              "a mapping of a file that is closed: " + file.entry().path()));
    }
    file.get();
  }

  private void askOldHook(LegacyMmap hook) throws ErrnoException {
    OpenFile file = state.asked;
    if (file == null) {
      throw new IllegalStateException("an old hook without a file");
    }
    HalfBuiltVma vma =
        new HalfBuiltVma(scope, state.start, state.end, state.pgoff, state.flags, file);
    boolean made = false;
    try {
      scope.call(FailurePlan.Point.HOOK, () -> hook.legacyMmap(file, vma));
      made = true;
    } finally {
      vma.expire();
      if (!made) {
        vma.discard();
      }
    }
    state.pgoff = vma.pgoff();
    state.flags = vma.vmFlags();
    state.file = vma.file();
    ops = vma.vmOps();
    extras = vma.extras();
  }

  private Vma publish() {
    boolean later =
        state.followUp != null && scope.profile().has(Difference.FIELDS_STORED_AFTER_LINK);
    boolean dax = state.file != null && state.file.inode().isDax();
    long flags = !dax && lockable(state.flags) ? state.flags : state.flags & ~VmFlags.LOCKED_MASK;
    VmaHandle handle = VmaHandle.of(state.file);
    Vma vma =
        new Vma(
            state.start,
            state.end,
            state.pgoff,
            flags,
            handle,
            state.file,
            null,
            later ? NoOperations.INSTANCE : ops,
            later ? extras.withDriver(state.driver.withPrivateData(null)) : extras);
    if (isHidden() && handle instanceof FileVmaHandle hidden) {
      hidden.map().lock().lock();
    }
    mm().editor().insert(vma);
    return vma;
  }

  private boolean isHidden() {
    return state.followUp != null && state.followUp.hideFromRmap();
  }

  private static boolean lockable(long flags) {
    return (flags & (VmFlags.SPECIAL | VmFlags.HUGETLB | VmFlags.DROPPABLE)) == 0;
  }

  private Mm mm() {
    return scope.mm();
  }
}
