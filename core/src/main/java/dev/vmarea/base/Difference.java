// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/**
 * One way in which some kernel differs from {@link Profile#SETTLED}. A profile is a set of these;
 * each is read at the one place that it concerns, so who reads the code for Linux as it should be
 * can pass over them all.
 *
 * <p>Each constant says what follows from it, and where that is known from: "G" numbers and "trap"
 * numbers are those of docs/series.md, which tells the whole story of each.
 */
public enum Difference {
  // What a kernel does not have yet, or no longer.

  /** mmap hooks ask for no action: setting one is an error of the driver (6.16 to 6.18). */
  NO_ACTIONS,
  /** There is no {@code vm_ops.mapped}; it is never called (up to 7.0). */
  NO_MAPPED,
  /** Neither success hook nor error hook: setting one is an error of the driver (7.2). */
  NO_SUCCESS_AND_ERROR_HOOKS,
  /** No constant error that replaces that of an action (up to 7.1). */
  NO_ERROR_OVERRIDE,
  /** Neither simple I/O remap nor mapping of kernel pages (up to 7.0). */
  NO_LATER_ACTIONS,
  /** No action that maps pages and page frames mixed: v2 of the series had it, no release has. */
  NO_MIXED_MAP,
  /** A mapping cannot be hidden from the reverse map until it is complete (up to v4). */
  NO_HIDING_FROM_RMAP,
  /** MADV_GUARD_INSTALL leaves no flag on the VMA (up to early 6.18). */
  NO_GUARD_FLAG,

  // Rules that changed.

  /** mremap tests the map count before its lock, with a margin of its own (up to 7.0). */
  EARLY_MOVE_COUNT_CHECK,
  /**
   * A descriptor's callbacks start as null, which means "none given", so that a hook cannot make a
   * mapping anonymous (up to 7.1; trap 7): a private {@code /dev/zero} keeps the dummy callbacks
   * and every touch of it is SIGBUS.
   */
  DESCRIPTOR_OPS_START_NULL,
  /**
   * An I/O remap is a flag beside the remap, which the plain helper does not clear (v3; trap 6): a
   * hook that calls both maps through the I/O translation.
   */
  IO_FLAG_STICKS,
  /** An I/O remap stays one until it is carried out, instead of being translated when prepared. */
  IO_TRANSLATED_LATE,
  /**
   * The remap helpers take the descriptor's protection when they are called (trap 19): what a hook
   * changes of it afterwards does not reach the page tables.
   */
  PROTECTION_CAPTURED_BY_HELPER,
  /** Preparing an action cannot fail (up to 7.0): see the two that follow from it. */
  RANGE_UNCHECKED,
  /**
   * Part of a copy-on-write mapping may be remapped (up to 7.0; trap 4): its page offset becomes
   * the page frame of the part, and where entries have no special bit pages are mistaken for
   * originals.
   */
  COW_PART_ACCEPTED,
  /** The state that a hook leaves is not looked at before it is used (up to 7.2). */
  HOOK_RESULT_UNCHECKED,

  // Defects on the way through mmap.

  /**
   * A prepare hook that fails leaves the commit charge taken (up to 7.1; G5, trap 1): Committed_AS
   * grows by the size of the mapping with every try.
   */
  PREPARE_FAILURE_LOSES_CHARGE,
  /**
   * A mapping that fails over older ones loses the charge that it took over from them (all
   * releases; trap 2).
   */
  INHERITED_CHARGE_LOST,
  /**
   * A file that a hook put in the place of the mapped one gets a second reference (v3, v4; G7, trap
   * 8): it is never freed.
   */
  REPLACED_FILE_COUNTED_TWICE,
  /** Such a file is not put when the mapping then fails (up to 6.19; trap 8). */
  REPLACED_FILE_LEAKS_ON_FAILURE,
  /** Nor when the range merges, and the file's VMA has a reference already (all releases). */
  REPLACED_FILE_LEAKS_ON_MERGE,
  /**
   * Callbacks and private data are stored after the VMA is linked into the reverse map (all
   * releases; G1): a walker can meet it without them.
   */
  FIELDS_STORED_AFTER_LINK,
  /**
   * Callbacks and private data are stored in a VMA that the range was merged into (all releases;
   * G8, trap 18): the neighbour changes its behaviour.
   */
  FIELDS_STORED_ON_MERGE,
  /**
   * A success hook of a range that merges is dropped without a word (v3 to 7.1; trap 17); an action
   * would be, did not all of them keep their range from merging.
   */
  MERGE_DROPS_ACTION,

  // Defects on the way through mremap.

  /**
   * A source that cannot be unmapped after the move is charged as a whole, accountable or not, and
   * forgets it (all releases; trap 33): the charge never comes back.
   */
  KEPT_SOURCE_FORGETS_CHARGE,
  /**
   * When page tables or driver refuse a move, the charge for the growth is not given back (all
   * releases; trap 34).
   */
  REFUSED_MOVE_LOSES_CHARGE,

  // Defects of the end.

  /** mmap fails with the error of a success hook, and the VMA stays (v3 to 7.0; G9, trap 3). */
  SUCCESS_HOOK_FAILURE_KEEPS_VMA,
  /** An error hook may turn the error into success, with nothing mapped (up to 7.1). */
  ERROR_HOOK_CLEARS,
  /**
   * The unmapping after a failed action can fail itself, unnoticed (all releases; G10, trap 26): an
   * empty VMA stays although mmap failed.
   */
  FAILURE_UNMAP_CAN_FAIL,
  /** That unmapping runs with the file's reverse map locked (6.19; trap 10): it hangs. */
  FAILURE_UNMAP_UNDER_RMAP_LOCK,
  /** After it the freed VMA is asked for its file, to unlock the reverse map (6.19; trap 11). */
  RMAP_UNLOCK_AFTER_FREE,
  /**
   * Without an MMU an action warns, and mmap succeeds with nothing mapped; errors of the success
   * hook are dropped (v3; trap 25).
   */
  NO_MMU_ACTION_IGNORED,

  // The compatibility layer.

  /**
   * Its failed action unmaps the range, though its VMA is not in the tree yet (up to 7.0; G11, trap
   * 12): with MAP_FIXED it hits the old VMAs.
   */
  COMPAT_UNMAPS,
  /** It can only add flags, so a hook below cannot clear one (up to 7.0; G12, trap 13). */
  COMPAT_ADDS_FLAGS,
  /**
   * It stores null callbacks where the hook gave none (up to 7.1; trap 14): a file mapping turns
   * into anonymous memory.
   */
  COMPAT_STORES_NULL_OPS,
  /** A file that the inner hook put in is referenced once too often (trap 9). */
  COMPAT_FILE_COUNTED_TWICE,
  /**
   * When an old hook fails after the inner file's {@code mapped} has counted the mapping, {@code
   * close} is not called (7.1 and 7.2): the count stays too high.
   */
  COMPAT_FAILURE_FORGETS_MAPPED,
  /** It heeds the wish to be hidden, and unlocks a reverse map that nobody locked (6.19). */
  COMPAT_HEEDS_HIDING;

  /** This difference as a set of one, for {@link Profile}. */
  long bit() {
    return 1L << ordinal();
  }
}
