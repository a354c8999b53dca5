// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Identity of a VMA across its immutable versions: what the address of {@code vm_area_struct} is in
 * Linux. Which side of a split or merge keeps it is part of the rules (mm-semantics 4.2 to 4.4).
 */
public sealed class VmaHandle permits FileVmaHandle {
  private static final VarHandle CURRENT;

  static {
    try {
      CURRENT = MethodHandles.lookup().findVarHandle(VmaHandle.class, "current", Vma.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // through CURRENT
  private @Nullable Vma current;

  VmaHandle() {}

  /** A new identity for a VMA of {@code file}, or of memory without one. */
  public static VmaHandle of(@Nullable OpenFile file) {
    return file == null ? new VmaHandle() : new FileVmaHandle(file.inode().reverseMap());
  }

  /** The published version, or null once the VMA has been removed. Safe from any thread. */
  public @Nullable Vma current() {
    return (Vma) CURRENT.getAcquire(this);
  }

  /**
   * Records the version just published, or null on removal. Only for the address space's writer.
   */
  public void publish(@Nullable Vma version) {
    CURRENT.setRelease(this, version);
  }
}
