// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.VmaDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Looks for nonsense in what a hook left in its descriptor. The range cannot be changed, and an
 * action is looked at when it is prepared; the rest is here.
 */
final class DescriptorCheck {
  private DescriptorCheck() {}

  /**
   * What is wrong with {@code descriptor}, or null.
   *
   * @param before the flags that the hook was given
   */
  static @Nullable String nonsense(VmaDescriptor descriptor, long before) {
    long flags = descriptor.vmFlags();
    long allowed = flags >>> 4;
    if ((flags & VmFlags.ACCESS & ~allowed) != 0) {
      return "grants an access that mprotect could not: " + VmFlags.mnemonics(flags);
    }
    if ((flags & (VmFlags.SHARED | VmFlags.MAYSHARE)) == VmFlags.SHARED) {
      return "shared, but not asked to be";
    }
    if (VmFlags.has(flags, VmFlags.PFNMAP | VmFlags.MIXEDMAP)) {
      return "both bare page frames and mixed";
    }
    if (((flags ^ before) & VmFlags.ACCOUNT) != 0) {
      return "changes whether pages are charged, which has been done";
    }
    if ((flags & ~before & VmFlags.STARTGAP) != 0) {
      return "makes a file a stack";
    }
    if ((flags & ~before & VmFlags.SEALED) != 0) {
      return "seals itself, so that a failure could not unmap it";
    }
    if ((flags & VmFlags.HUGETLB) != 0 && !hasHugePages(descriptor)) {
      return "huge pages of a file that has none";
    }
    if (descriptor.vmFile().references() <= 0) {
      return "a file that is closed: " + descriptor.vmFile().entry().path();
    }
    long pgoff = descriptor.pgoff();
    if (Long.compareUnsigned(pgoff + descriptor.pages(), pgoff) < 0) {
      return "the page offset wraps";
    }
    return null;
  }

  private static boolean hasHugePages(VmaDescriptor descriptor) {
    FileOperations operations = descriptor.file().operations();
    return operations != null && operations.hugePageSize() != 0;
  }
}
