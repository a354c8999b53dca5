// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmaDescriptor;

/**
 * One call of a prepare hook: the hook, a look at what it left, and the first half of its action.
 * The same for mappings made directly and through the compatibility layer.
 */
public final class PrepareCall {
  private final HookScope scope;
  private final MmapPrepare hook;
  private final VmaDescriptor descriptor;

  /** A call of {@code hook} with {@code descriptor}. */
  public PrepareCall(HookScope scope, MmapPrepare hook, VmaDescriptor descriptor) {
    this.scope = scope;
    this.hook = hook;
    this.descriptor = descriptor;
  }

  /**
   * Calls the hook. When this returns or throws, the descriptor is closed.
   *
   * @param leak the difference under which a file that the hook put in is not put when this fails
   * @return what the hook asks to follow
   * @throws ErrnoException what the hook or the preparation of its action says; EINVAL for a
   *     descriptor that makes no sense
   */
  public FollowUp run(Difference leak) throws ErrnoException {
    OpenFile before = descriptor.vmFile();
    long flags = descriptor.vmFlags();
    boolean done = false;
    try {
      scope.call(FailurePlan.Point.HOOK, () -> hook.mmapPrepare(descriptor));
      if (!scope.has(Difference.HOOK_RESULT_UNCHECKED)) {
        check(flags);
      }
      new ActionPreparation(scope, descriptor).prepare();
      FollowUp followUp = FollowUp.of(descriptor);
      done = true;
      return followUp;
    } finally {
      descriptor.close();
      OpenFile file = descriptor.vmFile();
      if (!done && file != before && file.references() > 0 && !scope.has(leak)) {
        file.put();
      }
    }
  }

  private void check(long before) throws ErrnoException {
    String nonsense = DescriptorCheck.nonsense(descriptor, before);
    if (nonsense != null) {
      scope.warn(KernelWarning.Kind.RULE, "after a prepare hook: " + nonsense);
      throw Errno.EINVAL.failure();
    }
  }

  /**
   * Refuses what a merge would silently drop.
   *
   * @throws ErrnoException EINVAL if {@code followUp} needs a VMA of its own and flags do not keep
   *     the range from merging
   */
  public static void refuseMergeable(HookScope scope, FollowUp followUp, long vmFlags)
      throws ErrnoException {
    if (followUp.needsVma()
        && (vmFlags & VmFlags.SPECIAL) == 0
        && scope.kernel().architecture().hasMmu()
        && !scope.has(Difference.MERGE_DROPS_ACTION)) {
      scope.warn(KernelWarning.Kind.RULE, "an action or success hook for a mapping that may merge");
      throw Errno.EINVAL.failure();
    }
  }
}
