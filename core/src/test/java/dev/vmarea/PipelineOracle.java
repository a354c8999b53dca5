// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.PipelineCase.Around;
import dev.vmarea.PipelineCase.Caller;
import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.FailurePlan.Point;
import org.jspecify.annotations.Nullable;

/**
 * The unwinding table: what a call leaves, by the stage and the point at which a step of it failed.
 * Worked out from the facts about each kernel, not from the pipeline's code.
 *
 * @param committedBefore the machine's commit charge before the call, in pages
 * @param oldAccounted charged pages in the range before it
 */
record PipelineOracle(PipelineCase one, long committedBefore, long oldAccounted) {
  /** Where a call was when a step of it failed. */
  enum Stage {
    /** Nothing failed on purpose. */
    NONE,
    /** Before the point of no return. */
    SETUP,
    /** In the prepare hook. */
    PREPARE,
    /** In the attempt to merge: a VMA of its own is tried then. */
    JOIN,
    /** Making the VMA; for an old hook everything it does. */
    CREATE,
    /** The VMA is published: its action, and what follows. */
    ACT,
    /** Taking a VMA out whose action had failed. */
    UNMAP
  }

  /** What the range holds afterwards. */
  enum Range {
    OLD,
    GAP,
    NEW
  }

  /**
   * What must be seen.
   *
   * @param error of the call, or null
   * @param committed pages
   * @param closes of the new VMA
   */
  record Expected(@Nullable Errno error, Range range, long committed, int closes) {}

  /** Pages newly charged for the four of the mapping. */
  long charged() {
    return one.isAccountable() ? 4 - oldAccounted : 0;
  }

  private long withNew() {
    return one.isAccountable() ? committedBefore + charged() : committedBefore - oldAccounted;
  }

  private long withGap() {
    return committedBefore - oldAccounted;
  }

  Expected expected(Stage stage, @Nullable Point point) {
    return switch (stage) {
      case SETUP -> new Expected(Errno.ENOMEM, Range.OLD, committedBefore, 0);
      case PREPARE -> new Expected(Errno.ENOMEM, Range.GAP, afterPrepare(), 0);
      case CREATE -> new Expected(error(point), Range.GAP, afterCreate(), 0);
      case ACT -> act(point);
      case UNMAP -> new Expected(Errno.EINVAL, Range.NEW, withNew(), 0);
      case JOIN, NONE -> unhindered();
    };
  }

  /** Without an MMU an action cannot work. */
  private Expected unhindered() {
    boolean impossible =
        one.caller() == Caller.NO_MMU
            && one.hasAction()
            && !one.has(Difference.NO_MMU_ACTION_IGNORED);
    return impossible
        ? new Expected(Errno.EINVAL, Range.GAP, withGap(), 1)
        : new Expected(null, Range.NEW, withNew(), 0);
  }

  private long afterPrepare() {
    if (!one.isAccountable()) {
      return withGap();
    }
    return one.has(Difference.PREPARE_FAILURE_LOSES_CHARGE)
        ? committedBefore + charged()
        : afterCreate();
  }

  private long afterCreate() {
    boolean lost = one.isAccountable() && one.has(Difference.INHERITED_CHARGE_LOST);
    return lost ? committedBefore : withGap();
  }

  private Expected act(@Nullable Point point) {
    boolean successHook = point == Point.MAPPED && one.kind() == TestDevice.Kind.SUCCESS_HOOK;
    if (successHook && one.caller() == Caller.NO_MMU && one.has(Difference.NO_MMU_ACTION_IGNORED)) {
      return new Expected(null, Range.NEW, withNew(), 0);
    }
    if (successHook && one.has(Difference.SUCCESS_HOOK_FAILURE_KEEPS_VMA)) {
      return new Expected(Errno.ENOMEM, Range.NEW, withNew(), 0);
    }
    return new Expected(error(point), Range.GAP, withGap(), 1);
  }

  private static Errno error(@Nullable Point point) {
    return point == Point.PFN_RESERVE ? Errno.EINVAL : Errno.ENOMEM;
  }

  /** References to a file that the hook put in, beside those of VMAs; {@code stage} of its call. */
  int leakedReferences(Stage stage) {
    boolean direct = one.caller() == Caller.MMU || one.caller() == Caller.NO_MMU;
    if (one.caller() == Caller.COMPAT) {
      return one.has(Difference.COMPAT_FILE_COUNTED_TWICE) ? 1 : 0;
    }
    if (direct && stage == Stage.CREATE) {
      return one.has(Difference.REPLACED_FILE_LEAKS_ON_FAILURE) ? 1 : 0;
    }
    return direct && one.has(Difference.REPLACED_FILE_COUNTED_TWICE) ? 1 : 0;
  }

  /** Whether old mappings are taken out twice: through the compatibility layer, where they are. */
  boolean detachesTwice(Stage stage, @Nullable Point point) {
    boolean afterInnerHook =
        point == Point.PFN_RESERVE || point == Point.PFN_CONTEXT || point == Point.PAGE_TABLE;
    return one.caller() == Caller.COMPAT
        && stage == Stage.CREATE
        && afterInnerHook
        && one.around().isOver()
        && one.has(Difference.COMPAT_UNMAPS);
  }

  /** A stacked mapping that fails after {@code mapped} counted it: whether its close is missing. */
  boolean forgetsMapped(Stage stage, boolean told) {
    return isLateStackedFailure(stage, told) && one.has(Difference.COMPAT_FAILURE_FORGETS_MAPPED);
  }

  /** The same, where it is not missing. */
  int closesOfHalfBuilt(Stage stage, boolean told) {
    return isLateStackedFailure(stage, told) && !one.has(Difference.COMPAT_FAILURE_FORGETS_MAPPED)
        ? 1
        : 0;
  }

  private boolean isLateStackedFailure(Stage stage, boolean told) {
    return one.caller() == Caller.COMPAT
        && stage == Stage.CREATE
        && told
        && one.kind() == TestDevice.Kind.SUCCESS_HOOK;
  }

  /** Whether the old mapping of the device was closed. */
  int closesOfOld(Stage stage) {
    return one.around() == Around.OVER_DEVICE && stage != Stage.SETUP ? 1 : 0;
  }
}
