// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.PageProtection;

/**
 * A fault in the hands of a driver ({@code vm_fault}): where it was, and how to answer it. Only
 * valid until the callback returns.
 */
public interface FaultContext {
  /** How a fault ended. */
  enum Result {
    /** An entry is there now. */
    NO_PAGE,
    /** The access is a bus error. */
    SIGBUS,
    /** Memory lacks. */
    OOM,
    /** No huge entry: a smaller one is to be tried. */
    FALLBACK
  }

  /** The VMA. */
  Vma vma();

  /** The address, in bytes, rounded down to a page. */
  long address();

  /** Offset of the page in the file, in pages. */
  long pgoff();

  /** Whether it is a write. */
  boolean isWrite();

  /** Whether RLIMIT_MEMLOCK and CAP_IPC_LOCK allow the one who faults {@code pages} in all. */
  boolean mayLock(long pages);

  /**
   * Puts a page frame at the address ({@code vmf_insert_pfn}), with the VMA's protection.
   *
   * @return SIGBUS outside the VMA or for a page frame that must not be mapped, OOM without a
   *     table, else NO_PAGE, also where an entry was already
   */
  Result insertPfn(long pfn);

  /** The same with a protection of the driver's. */
  Result insertPfn(long pfn, PageProtection protection);

  /**
   * Answers with a page ({@code vmf->page}), of which the caller hands over one reference: a shared
   * mapping shows it, a write to a private one gets a copy. The entry is made when the callback has
   * returned NO_PAGE; a second answer replaces the first.
   *
   * @param pfn a page in use
   * @return NO_PAGE
   */
  Result answer(long pfn);

  /**
   * Answers with the page of the VMA's file, as file systems without a fault callback of their own
   * do ({@code filemap_fault}).
   *
   * @return SIGBUS behind the end of the file, OOM without a frame, else NO_PAGE
   */
  Result answerFromPageCache();

  /**
   * Puts a huge entry around the address ({@code vmf_insert_pfn_pmd}, {@code _pud}).
   *
   * @param level 1 for the middle level (2 MiB on x86-64), 2 for the one above (1 GiB)
   * @param pfn page frame of its first page, aligned to it
   * @return NO_PAGE when done; FALLBACK if it would not lie inside the VMA or {@code pfn} is not
   *     aligned; SIGBUS if the VMA must not hold it; OOM without a table
   */
  Result insertHuge(int level, long pfn);
}
