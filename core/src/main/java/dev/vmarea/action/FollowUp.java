// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.base.Errno;
import dev.vmarea.vma.ErrorHook;
import dev.vmarea.vma.MmapAction;
import dev.vmarea.vma.SuccessHook;
import dev.vmarea.vma.VmaDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * What a prepare hook asked for, once its descriptor is closed.
 *
 * @param action what is to be done with the VMA
 * @param successHook called when that succeeded, or null
 * @param errorHook filters its error, or null
 * @param errorOverride replaces its error, or null
 * @param hideFromRmap whether the VMA is hidden from the file's reverse map until then
 */
public record FollowUp(
    MmapAction action,
    @Nullable SuccessHook successHook,
    @Nullable ErrorHook errorHook,
    @Nullable Errno errorOverride,
    boolean hideFromRmap) {
  /** What {@code descriptor} asks for. */
  public static FollowUp of(VmaDescriptor descriptor) {
    return new FollowUp(
        descriptor.action(),
        descriptor.successHook(),
        descriptor.errorHook(),
        descriptor.errorOverride(),
        descriptor.hideFromRmapUntilComplete());
  }

  /** Whether anything is to be done that a merge would lose. */
  public boolean needsVma() {
    return !(action instanceof MmapAction.Nothing) || successHook != null;
  }
}
