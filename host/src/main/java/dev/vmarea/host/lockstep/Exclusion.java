// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

/**
 * What is not compared, or not tried, and why. Each is counted, and stands in docs/fidelity.md
 * under its name.
 */
enum Exclusion {
  /** Calls that would take the puppet its own code are not made. */
  OWN_CODE,
  /**
   * The result of MADV_COLLAPSE depends on the pages there are: it is not compared, nor are
   * counters of pages in the rest of a sequence in which one succeeded.
   */
  COLLAPSE,
  /** Reading where a huge page may come: counts as a write only if no page table is there. */
  HUGE_READ,
  /** Loads of what the puppet was started with, its code and the kernel's pages: not compared. */
  UNKNOWN_CONTENTS,
  /** Stores behind a file's end, in its last page, are not made: when they are lost is open. */
  BEHIND_END,
  /**
   * What mincore says of pages of disk files, of what the puppet was started with, and of areas
   * with room for a huge page is taken where it differs. Its vector is not written where it could
   * not be read.
   */
  RESIDENCY,
  /** Reading what the kernel itself maps: some pages of it may be absent. */
  KERNEL_PAGES,
  /** Huge pages are not mapped by an engine that does not have them: another one may. */
  HUGETLB,
  /**
   * Moving a part of a private area of huge pages is not tried: what the rest has reserved is lost
   * to the kernel until the machine starts anew.
   */
  HUGETLB_MOVE,
  /**
   * Files of huge pages that have several mappings are not cut nor punched while there are surplus
   * pages: what is reserved again depends on the order in which the mappings are met.
   */
  HUGETLB_SURPLUS,
  /**
   * Memory is not made execute-only on a processor with protection keys: it gets a key there, which
   * the model does not have.
   */
  PROTECTION_KEYS,
  /** More processes than a sequence may have are not forked. */
  PROCESSES,
  /** Near the limit of areas, VmFlags are compared at the end of a sequence only: smaps is slow. */
  CROWDED_FLAGS,
  /** Counters of what the puppet was started with, and of the kernel's pages: not compared. */
  OWN_PAGES,
  /** How many pages of a disk file are mapped beside those touched, and how dirty: not compared. */
  READ_AHEAD,
  /** A file's pages remember uses of others, in batches: whether they were used is not compared. */
  REFERENCED,
  /** Pages given up by MADV_FREE are counted so later: fewer are accepted. */
  LAZY_FREE,
  /** The number of a hidden file of shared anonymous memory is taken from the kernel's map. */
  FILE_NUMBER
}
