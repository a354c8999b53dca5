// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

/** What an entry of a page table leads to. */
enum EntryKind {
  /** The page of zeroes. */
  ZERO,
  /** A private page; its contents follow. */
  ANONYMOUS,
  /** The page of the file that belongs there. */
  CACHED,
  /** A page of a file that no longer has it; its contents follow. */
  ORPHAN,
  /** A page frame of a driver's without a page; level and what the driver calls it follow. */
  FRAME,
  /** A page of a driver's; what the driver calls it follows. */
  DRIVERS_PAGE,
  /** A guard marker, which leads nowhere and has no bits. */
  GUARD
}
