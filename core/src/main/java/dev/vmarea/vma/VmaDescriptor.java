// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import org.jspecify.annotations.Nullable;

/**
 * What a file's hook sees of a mapping that does not exist yet, and what it may change ({@code
 * vm_area_desc}, mm-semantics 3.1). Lives for one call, on one thread.
 */
public final class VmaDescriptor {
  private final long start;
  private final long end;
  private final OpenFile file;
  private long pgoff;
  private OpenFile vmFile;
  private long vmFlags;
  private @Nullable VmOperations vmOps;
  private boolean anonymous;

  /** Describes the mapping of {@code file} at [start, end), in bytes, page aligned. */
  public VmaDescriptor(long start, long end, long pgoff, long vmFlags, OpenFile file) {
    this.start = start;
    this.end = end;
    this.pgoff = pgoff;
    this.vmFlags = vmFlags;
    this.file = file;
    this.vmFile = file;
  }

  /** First byte. */
  public long start() {
    return start;
  }

  /** Byte after the last. */
  public long end() {
    return end;
  }

  /** Length in bytes. */
  public long size() {
    return end - start;
  }

  /** The file being mapped. */
  public OpenFile file() {
    return file;
  }

  /** Offset in pages. */
  public long pgoff() {
    return pgoff;
  }

  /** Replaces the offset, in pages. */
  public void pgoff(long pages) {
    pgoff = pages;
  }

  /** The file the VMA will hold; starts as {@link #file()}. */
  public OpenFile vmFile() {
    return vmFile;
  }

  /** Replaces the file the VMA will hold. */
  public void vmFile(OpenFile replacement) {
    vmFile = replacement;
  }

  /** Set of VmFlags, the commit-charge bit already in it. */
  public long vmFlags() {
    return vmFlags;
  }

  /** Replaces the flags. */
  public void vmFlags(long flags) {
    vmFlags = flags;
  }

  /** The callbacks the VMA will have, or null while none are set. */
  public @Nullable VmOperations vmOps() {
    return vmOps;
  }

  /** Sets the callbacks. */
  public void vmOps(VmOperations ops) {
    vmOps = ops;
    anonymous = false;
  }

  /** Whether the hook made the mapping anonymous memory. */
  public boolean isAnonymous() {
    return anonymous;
  }

  /** Makes the mapping anonymous memory that keeps its file (private {@code /dev/zero}). */
  public void setAnonymous() {
    vmOps = null;
    anonymous = true;
  }
}
