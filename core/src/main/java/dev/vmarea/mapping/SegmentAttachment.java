// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.StackedOperations;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * The file that shmat makes for one attachment ({@code shm_file_data}): it stands in front of the
 * segment's own file, counts who has the segment attached, and leaves the rest to that file.
 *
 * <p>It is mapped by an old hook, and reaches the segment's file through the compatibility layer
 * (users 2.12).
 */
final class SegmentAttachment extends StackedOperations implements LegacyMmap {
  private final SharedSegment segment;
  private final OpenFile file;
  private volatile VmOperations inner;

  /** An attachment of {@code segment}, which holds a reference to its file until released. */
  SegmentAttachment(SharedSegment segment) {
    this.segment = segment;
    this.file = segment.file().get();
    this.inner = orNone(operations().callbacksOfFound(0));
  }

  /** The segment. */
  SharedSegment segment() {
    return segment;
  }

  private FileOperations operations() {
    FileOperations operations = file.operations();
    if (operations == null) {
      throw new IllegalStateException("a segment's file that cannot be mapped");
    }
    return operations;
  }

  /** The core's tmpfs gives no callbacks; the layer of some kernels stores that as null. */
  private static VmOperations orNone(@Nullable VmOperations given) {
    return given == null ? NoOperations.INSTANCE : given;
  }

  @Override
  protected VmOperations inner() {
    return inner;
  }

  /**
   * Counts, then maps the segment's file.
   *
   * @throws ErrnoException EINVAL if the segment is no more, as remap_file_pages may find when it
   *     has taken out the last attachment; else as that file's hook fails
   */
  @Override
  public void legacyMmap(OpenFile attached, LegacyVma vma) throws ErrnoException {
    segment.attach();
    boolean made = false;
    try {
      vma.mapThrough(file);
      made = true;
    } finally {
      if (!made) {
        segment.detach();
      }
    }
    inner = orNone(vma.vmOps());
    vma.vmOps(this);
  }

  @Override
  public void release(OpenFile attached) {
    file.put();
  }

  @Override
  public VmOperations callbacksOfFound(long vmFlags) {
    return this;
  }

  /** Has a method of its own in Linux, which mremap does not know: never moved with others. */
  @Override
  public Placement placement() {
    return hugePageSize() > 0 ? Placement.HUGETLB : Placement.OWN;
  }

  @Override
  public long hugePageSize() {
    return operations().hugePageSize();
  }

  /** The table of these callbacks in Linux has no map_pages. */
  @Override
  public boolean mapsAround() {
    return false;
  }

  /** Nor has it huge_fault. */
  @Override
  public FaultContext.Result hugeFault(FaultContext fault, int level) {
    return FaultContext.Result.FALLBACK;
  }

  /** Nor mremap: nobody refuses a move. */
  @Override
  public @Nullable Errno mremap(Vma moved) {
    return null;
  }

  @Override
  public boolean hasClose() {
    return true;
  }

  @Override
  public void open(Vma vma) {
    super.open(vma);
    segment.copied();
  }

  @Override
  public void close(Vma vma) {
    super.close(vma);
    segment.detach();
  }
}
