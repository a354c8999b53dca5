// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.VmFlags;

/** Pages mapped by one address space, by class (mm-semantics 1.2). Guarded by its lock. */
public final class Counters {
  private long totalVm;
  private long dataVm;
  private long execVm;
  private long stackVm;
  private long lockedVm;

  Counters() {}

  /** All pages mapped. */
  public long totalVm() {
    return totalVm;
  }

  /** Pages of private writable mappings. */
  public long dataVm() {
    return dataVm;
  }

  /** Pages of executable, not writable mappings. */
  public long execVm() {
    return execVm;
  }

  /** Pages of growing mappings. */
  public long stackVm() {
    return stackVm;
  }

  /** Pages of locked mappings. */
  public long lockedVm() {
    return lockedVm;
  }

  /** Whether flags make a data mapping, which RLIMIT_DATA limits. */
  static boolean isData(long flags) {
    return (flags & (VmFlags.WRITE | VmFlags.SHARED | VmFlags.GROWSDOWN)) == VmFlags.WRITE;
  }

  /** Counts {@code pages} (may be negative) with these flags in total and class. */
  public void map(long flags, long pages) {
    totalVm += pages;
    classify(flags, pages);
  }

  /** Counts {@code pages} (may be negative) in their class only. */
  public void classify(long flags, long pages) {
    if ((flags & (VmFlags.EXEC | VmFlags.WRITE | VmFlags.GROWSDOWN)) == VmFlags.EXEC) {
      execVm += pages;
    } else if ((flags & VmFlags.STARTGAP) != 0) {
      stackVm += pages;
    } else if (isData(flags)) {
      dataVm += pages;
    }
  }

  /** Counts {@code pages} (may be negative) as locked. */
  public void lock(long pages) {
    lockedVm += pages;
  }
}
