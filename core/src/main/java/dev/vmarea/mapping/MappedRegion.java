// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.action.FollowUp;
import dev.vmarea.action.HookScope;
import dev.vmarea.action.NewMapping;
import dev.vmarea.action.PrepareCall;
import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.DriverData;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * One mapping on its way into an address space: the stages of {@code mmap_region}, each a method or
 * a class (mm-semantics 2.5 and 3.2).
 *
 * <ol>
 *   <li>{@link ReplacedMappings#setUp}: old mappings gathered, limits, charge; the point of no
 *       return
 *   <li>{@link #prepare}: the file's hook changes the descriptor, its action is prepared
 *   <li>{@link #join}: a neighbour is extended, if the rules let it
 *   <li>{@link VmaCreation}: else a VMA of its own, published
 *   <li>{@link #complete}: the old mappings end, pages are counted
 *   <li>{@link NewMapping#finish}: for a VMA of its own, the action and what follows it
 * </ol>
 */
final class MappedRegion {
  private final Mm mm;
  private final HookScope scope;
  private final SharedBacking backing;
  private final MappingState state;

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
    this.scope = new HookScope(mm, task);
    this.backing = backing;
    this.state = new MappingState(start, end, pgoff, flags, file);
  }

  /** Runs the stages; the address of the mapping. */
  long map() throws ErrnoException {
    if (mm.refusedByDenyWriteExec(state.flags, state.flags)) {
      throw Errno.EACCES.failure();
    }
    ReplacedMappings replaced = ReplacedMappings.setUp(mm, scope.task(), state);
    boolean made = false;
    boolean prepared = false;
    Vma joined;
    Vma result;
    try {
      prepare();
      prepared = true;
      if (isMarkedEarlyForKsm()) {
        state.flags = mm.withKsm(state.flags);
      }
      joined = join();
      result = joined == null ? new VmaCreation(scope, backing, state).create() : joined;
      made = true;
    } finally {
      if (!made) {
        abandon(replaced, prepared);
      }
    }
    if (joined != null) {
      putHandedOver(Difference.REPLACED_FILE_LEAKS_ON_MERGE);
    }
    result = storeFields(result, joined == null);
    RuntimeException defect = complete(replaced, result);
    if (state.followUp != null && joined == null) {
      boolean reserved = VmaCreation.reservesRemoval(scope, state.followUp);
      new NewMapping(scope, result, state.followUp, reserved).finish();
    }
    if (defect != null) {
      throw defect;
    }
    return state.start;
  }

  private void abandon(ReplacedMappings replaced, boolean prepared) {
    putHandedOver(Difference.REPLACED_FILE_LEAKS_ON_FAILURE);
    if (prepared) {
      replaced.abandonCreated();
    } else {
      replaced.abandonPrepared();
    }
  }

  /** The reference to a file that the hook put in is nobody's now. */
  private void putHandedOver(Difference leak) {
    OpenFile file = state.file;
    boolean handedOver = state.followUp != null && file != null && file != state.asked;
    if (handedOver && file != null && !mm.kernel().profile().has(leak)) {
      file.put();
    }
  }

  private void prepare() throws ErrnoException {
    OpenFile file = state.asked;
    if (file == null || !(file.operations() instanceof MmapPrepare hook)) {
      return;
    }
    PageProtection protection = scope.protection(state.flags);
    boolean startsNull = mm.kernel().profile().has(Difference.DESCRIPTOR_OPS_START_NULL);
    VmaDescriptor descriptor =
        new VmaDescriptor(
            scope,
            state.start,
            state.end,
            file,
            state.pgoff,
            file,
            state.flags,
            protection,
            startsNull ? null : NoOperations.INSTANCE);
    FollowUp followUp =
        new PrepareCall(scope, hook, descriptor).run(Difference.REPLACED_FILE_LEAKS_ON_FAILURE);
    state.pgoff = descriptor.pgoff();
    state.flags = descriptor.vmFlags();
    state.file = descriptor.vmFile();
    state.takesOverFile =
        state.file != file && !mm.kernel().profile().has(Difference.REPLACED_FILE_COUNTED_TWICE);
    VmOperations ops = descriptor.vmOps();
    state.ops = startsNull && ops == null ? NoOperations.INSTANCE : ops;
    boolean chosen = !descriptor.pageProtection().equals(protection);
    if (chosen || descriptor.privateData() != null) {
      state.driver =
          new DriverData(
              descriptor.privateData(), chosen ? descriptor.pageProtection() : null, null);
    }
    state.followUp = followUp;
    PrepareCall.refuseMergeable(scope, followUp, state.flags);
  }

  /** Old hooks come after merging, and so does KSM's mark then: they may change what it asks. */
  private boolean isMarkedEarlyForKsm() {
    FileOperations operations = state.operations();
    return operations == null || operations instanceof MmapPrepare || operations.isShmem();
  }

  private @Nullable Vma join() {
    try {
      return mm.editor().mergeNew(state.proposal(), false);
    } catch (ErrnoException noMemory) {
      return null; // Linux then tries a VMA of its own
    }
  }

  /** What the hook gave, where the kernel stores it only now, or where it should not. */
  private Vma storeFields(Vma result, boolean own) {
    if (state.followUp == null) {
      return result;
    }
    boolean stores =
        mm.kernel()
            .profile()
            .has(own ? Difference.FIELDS_STORED_AFTER_LINK : Difference.FIELDS_STORED_ON_MERGE);
    if (!stores) {
      return result;
    }
    boolean unset =
        mm.kernel().profile().has(Difference.DESCRIPTOR_OPS_START_NULL)
            && state.ops == NoOperations.INSTANCE;
    VmOperations ops = unset ? result.ops() : state.ops;
    Object privateData = state.driver.privateData();
    if (ops == result.ops() && privateData == result.privateData()) {
      return result;
    }
    DriverData driver = result.extras().driver().withPrivateData(privateData);
    Vma stored = result.withOps(ops).withExtras(result.extras().withDriver(driver));
    mm.editor().replace(result, stored);
    return stored;
  }

  /** The defect of an old mapping's driver that threw, if one did; all is complete. */
  private @Nullable RuntimeException complete(ReplacedMappings replaced, Vma result) {
    RuntimeException defect = replaced.complete();
    long pages = state.pages();
    mm.counters().map(result.flags(), pages);
    if (result.has(VmFlags.LOCKED)) {
      mm.counters().lock(pages);
    }
    return defect;
  }
}
