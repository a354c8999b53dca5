// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.Pages;

/**
 * Where execve put things: addresses in bytes that brk, prctl(PR_SET_MM) and the names in maps
 * read; 0 while not known. Mutable, guarded by the address space's lock. Ends are exclusive.
 */
public final class ProgramLayout {
  /** First byte of the program's text. */
  public long startCode;

  /** End of the program's text. */
  public long endCode;

  /** First byte of initialised data; with its end it counts against RLIMIT_DATA in brk. */
  public long startData;

  /** End of initialised data. */
  public long endData;

  /** Where the heap starts; brk never goes below. Not necessarily page aligned. */
  public long startBrk;

  /** The program break; not necessarily page aligned. What lies below it is called [heap]. */
  public long brk;

  /** The first stack pointer; the VMA that holds it is called [stack]. */
  public long startStack;

  /** First byte of the arguments. */
  public long argStart;

  /** End of the arguments. */
  public long argEnd;

  /** First byte of the environment. */
  public long envStart;

  /** End of the environment. */
  public long envEnd;

  /** Top of the area searched downwards for room, exclusive; 0 while unknown. */
  public long mmapBase;

  /** Bottom of the area searched upwards. */
  public long legacyBase;

  /** Whether the search is bottom-up only (legacy layout). */
  public boolean bottomUp;

  /** Room below the end of user memory that the stack may grow into, at least, in bytes. */
  private static final long STACK_ROOM = 128L << 20;

  /**
   * Where Linux puts things without randomisation and with the usual 8 MiB of stack: mappings from
   * 128 MiB below the end of user memory downwards; an empty heap at two thirds of it, where a
   * program that is linked to run anywhere has it. No program and no stack.
   *
   * @param taskSize end of user memory, bytes, page aligned
   */
  public static ProgramLayout standard(long taskSize) {
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = taskSize - STACK_ROOM;
    layout.legacyBase = Pages.ceil(taskSize / 3); // TASK_UNMAPPED_BASE is rounded up
    layout.startBrk = Pages.floor(taskSize / 3 * 2);
    layout.brk = layout.startBrk;
    return layout;
  }

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
