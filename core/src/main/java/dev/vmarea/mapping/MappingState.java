// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.action.FollowUp;
import dev.vmarea.base.Pages;
import dev.vmarea.space.Proposal;
import dev.vmarea.vma.DriverData;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.VmaExtras;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a mapping on its way through the stages ({@code mmap_state}): each stage changes
 * the fields that are its business.
 */
final class MappingState {
  final long start;
  final long end;

  /** The file that was asked to be mapped. */
  final @Nullable OpenFile asked;

  /** Page offset. */
  long pgoff;

  /** Set of VmFlags. */
  long flags;

  /** The file that the VMA will hold. */
  @Nullable OpenFile file;

  /** Whether the VMA takes over a reference to the file instead of taking one. */
  boolean takesOverFile;

  /** Callbacks that a prepare hook gave. */
  @Nullable VmOperations ops = NoOperations.INSTANCE;

  /** What a prepare hook left beside them. */
  DriverData driver = DriverData.NONE;

  /** What a prepare hook asked to follow, or null if there was none. */
  @Nullable FollowUp followUp;

  MappingState(long start, long end, long pgoff, long flags, @Nullable OpenFile file) {
    this.start = start;
    this.end = end;
    this.pgoff = pgoff;
    this.flags = flags;
    this.asked = file;
    this.file = file;
  }

  long pages() {
    return Pages.count(end - start);
  }

  @Nullable FileOperations operations() {
    return asked == null ? null : asked.operations();
  }

  Proposal proposal() {
    return new Proposal(start, end, pgoff, flags, file, null, VmaExtras.NONE);
  }
}
