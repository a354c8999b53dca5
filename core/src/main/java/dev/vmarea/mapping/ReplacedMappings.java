// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.space.UnmapSet;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * The first stage of a mapping: what lies in the range is gathered, limits are asked, the commit
 * charge is taken, and then the old mappings are told that they go (mm-semantics 3.2, 1 to 4).
 *
 * <p>Until that point a failure leaves them as they were, splits apart; after it they are gone,
 * whatever happens (3.4).
 */
final class ReplacedMappings {
  private final Mm mm;
  private @Nullable UnmapSet old;
  private long charged;
  private long inherited;

  private ReplacedMappings(Mm mm) {
    this.mm = mm;
  }

  /**
   * Sets the stage up; adds the flag of charged pages to {@code state}.
   *
   * @throws ErrnoException what gathering says; ENOMEM over a limit or the commit charge
   */
  static ReplacedMappings setUp(Mm mm, Task task, MappingState state) throws ErrnoException {
    ReplacedMappings stage = new ReplacedMappings(mm);
    Vma first = mm.tree().overlap(state.start, state.end);
    UnmapSet old = first == null ? null : UnmapSet.gather(mm, first, state.start, state.end);
    stage.old = old;
    long pages = state.pages();
    if (!mm.mayExpand(task, state.flags, pages - (old == null ? 0 : old.pages()))) {
      throw Errno.ENOMEM.failure();
    }
    if (isAccountable(state)) {
      stage.inherited = old == null ? 0 : old.accountedPages();
      stage.charged = pages - stage.inherited;
      if (stage.charged != 0 && !mm.charge(task, stage.charged)) {
        throw Errno.ENOMEM.failure();
      }
      if (old != null) {
        old.inheritCharge();
      }
      state.flags |= VmFlags.ACCOUNT;
    }
    if (old != null) {
      old.close(); // the point of no return
      if (old.defect() != null) {
        stage.abandonCreated();
      }
    }
    return stage;
  }

  private static boolean isAccountable(MappingState state) {
    FileOperations operations = state.operations();
    if (operations != null && operations.hugePageSize() != 0) {
      return false;
    }
    return (state.flags & (VmFlags.NORESERVE | VmFlags.SHARED | VmFlags.WRITE)) == VmFlags.WRITE;
  }

  /** The hook has refused: a gap is left. */
  void abandonPrepared() {
    if (!mm.kernel().profile().has(Difference.PREPARE_FAILURE_LOSES_CHARGE)) {
      giveBack();
    }
    remove();
  }

  /** No VMA could be made: a gap is left. */
  void abandonCreated() {
    giveBack();
    remove();
  }

  private void giveBack() {
    boolean lost = mm.kernel().profile().has(Difference.INHERITED_CHARGE_LOST);
    mm.uncharge(lost ? charged : charged + inherited);
  }

  private void remove() {
    if (old != null) {
      old.remove();
    }
  }

  /**
   * The new mapping is in their place.
   *
   * @return what a driver threw of whose files or VMAs they were
   */
  @Nullable RuntimeException complete() {
    if (old == null) {
      return null;
    }
    try {
      old.complete();
      return null;
    } catch (RuntimeException defect) {
      return defect;
    }
  }
}
