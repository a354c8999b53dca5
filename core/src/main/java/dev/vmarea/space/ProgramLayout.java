// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

/**
 * Where execve put things: addresses in bytes that brk, prctl(PR_SET_MM) and the names in maps
 * read. Mutable, guarded by the address space's lock.
 */
public final class ProgramLayout {
  public long startCode;
  public long endCode;
  public long startData;
  public long endData;
  public long startBrk;
  public long brk;
  public long startStack;
  public long argStart;
  public long argEnd;
  public long envStart;
  public long envEnd;

  /** Top of the area searched downwards for room, exclusive; 0 while unknown. */
  public long mmapBase;

  /** Bottom of the area searched upwards. */
  public long legacyBase;

  /** Whether the search is bottom-up only (legacy layout). */
  public boolean bottomUp;

  /** An independent copy, as fork makes. */
  public ProgramLayout copy() {
    ProgramLayout copy = new ProgramLayout();
    copy.startCode = startCode;
    copy.endCode = endCode;
    copy.startData = startData;
    copy.endData = endData;
    copy.startBrk = startBrk;
    copy.brk = brk;
    copy.startStack = startStack;
    copy.argStart = argStart;
    copy.argEnd = argEnd;
    copy.envStart = envStart;
    copy.envEnd = envEnd;
    copy.mmapBase = mmapBase;
    copy.legacyBase = legacyBase;
    copy.bottomUp = bottomUp;
    return copy;
  }
}
