// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.vma.ErrorHook;
import dev.vmarea.vma.MappedArea;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.SuccessHook;
import dev.vmarea.vma.VmOperations;
import org.jspecify.annotations.Nullable;

/**
 * The end of a mapping that a prepare hook made, once for all its callers: with an MMU or without,
 * directly or through the compatibility layer (mm-semantics 3.3 and 3.7).
 *
 * <p>The action; then {@code mapped}; then the success hook. What fails on the way unmaps the VMA,
 * and only then may the hook's error filter say another error. A hook that throws is a failure like
 * any other, and the exception goes on to the caller once all is undone.
 */
final class MappingFinish {
  private final HookScope scope;
  private final FollowUp followUp;
  private final NewVma target;
  private @Nullable RuntimeException thrown;

  MappingFinish(HookScope scope, FollowUp followUp, NewVma target) {
    this.scope = scope;
    this.followUp = followUp;
    this.target = target;
  }

  /**
   * Finishes the mapping.
   *
   * @throws ErrnoException the error of the step that failed, or what the filter made of it
   */
  void finish() throws ErrnoException {
    Errno error = attempt(() -> new ActionCompletion(scope, target).complete(followUp.action()));
    if (error == null) {
      error = attempt(this::mapped);
    }
    boolean stays = false;
    SuccessHook success = followUp.successHook();
    if (error == null && success != null) {
      error = attempt(() -> scope.call(FailurePlan.Point.MAPPED, () -> success.completed(target)));
      target.close();
      if (!scope.kernel().architecture().hasMmu()
          && scope.has(Difference.NO_MMU_ACTION_IGNORED)
          && thrown == null) {
        error = null;
      }
      stays = scope.has(Difference.SUCCESS_HOOK_FAILURE_KEEPS_VMA);
    }
    if (error == null) {
      target.reveal();
      return;
    }
    if (!stays) {
      unmap();
    }
    target.reveal();
    if (thrown != null) {
      throw thrown;
    }
    boolean filtered = !stays && !target.isCleanedUpByCaller();
    Errno result = filtered ? filter(error) : error;
    if (result != null) {
      throw result.failure();
    }
  }

  private void mapped() throws ErrnoException {
    VmOperations ops = target.vmOps();
    if (ops == null || ops == NoOperations.INSTANCE || scope.has(Difference.NO_MAPPED)) {
      return;
    }
    Object before = target.privateData();
    MappedArea area =
        new MappedArea(target.start(), target.end(), target.pgoff(), target.file(), before);
    scope.call(FailurePlan.Point.MAPPED, () -> ops.mapped(area));
    target.told();
    if (area.privateData() != before) {
      target.privateData(area.privateData());
    }
  }

  /** Runs a step; its error, or null. */
  private @Nullable Errno attempt(HookScope.Hook step) {
    try {
      step.run();
      return null;
    } catch (ErrnoException failed) {
      return failed.errno();
    } catch (RuntimeException defect) {
      thrown = defect;
      return Errno.EIO; // only says that there was one: the exception goes on
    }
  }

  /** The VMA goes with the reverse map unlocked, as unmapping needs its lock. */
  private void unmap() {
    if (target.isCleanedUpByCaller()) {
      return;
    }
    boolean hidden = target.isHidden();
    if (!hidden || !scope.has(Difference.FAILURE_UNMAP_UNDER_RMAP_LOCK)) {
      target.reveal();
      target.unmap();
      return;
    }
    scope.warn(
        KernelWarning.Kind.SELF_DEADLOCK,
        "a VMA hidden from the reverse map is unmapped with that map locked");
    target.unmap();
    if (scope.has(Difference.RMAP_UNLOCK_AFTER_FREE)) {
      scope.warn(
          KernelWarning.Kind.USE_AFTER_FREE, "the unmapped VMA is asked for its file to unlock it");
    }
  }

  private @Nullable Errno filter(Errno error) {
    if (followUp.errorOverride() != null) {
      return followUp.errorOverride();
    }
    ErrorHook hook = followUp.errorHook();
    if (hook == null) {
      return error;
    }
    Errno result = scope.ask(() -> hook.failed(error));
    if (result == null) {
      scope.warn(KernelWarning.Kind.RULE, "an error hook cleared the error " + error);
      return scope.has(Difference.ERROR_HOOK_CLEARS) ? null : error;
    }
    return result;
  }
}
