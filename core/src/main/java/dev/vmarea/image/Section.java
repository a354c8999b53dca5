// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import org.jspecify.annotations.Nullable;

/**
 * Kinds of sections, in the order in which they stand in a file; each holds records of one kind.
 */
enum Section {
  /** For which kernel and processor. */
  MACH,
  /** What an address space has once. */
  SPAC,
  /** Names of files. */
  DENT,
  /** Files. */
  INOD,
  /** Open files. */
  FILE,
  /** Pages of files. */
  CPAG,
  /** Identities of anonymous memory. */
  ANON,
  /** Callbacks of drivers. */
  CALL,
  /** Private data of drivers. */
  PRIV,
  /** Page frames held reserved. */
  RESV,
  /** VMAs. */
  VMAS,
  /** Contexts of asynchronous I/O. */
  AIOC,
  /** Entries of page tables, with the contents of private pages. */
  ENTR,
  /** How many records of each kind there were. */
  DONE;

  /** First bytes of a file. */
  static final long MAGIC = 0x4d49_4145_5241_4d56L; // "VMAREAIM", little-endian

  /** What this code writes, and all it reads. */
  static final int VERSION = 1;

  /** A section is closed when it has this many bytes. */
  static final int FULL = 1 << 20;

  /** Most bytes of a record. */
  static final int MAX_RECORD = 1 << 18;

  /** Most bytes of a section. */
  static final int MAX = FULL + MAX_RECORD;

  private static final Section[] ALL = values();

  /** The four letters as a number, first letter lowest. */
  int tag() {
    String name = name();
    return name.charAt(0) | name.charAt(1) << 8 | name.charAt(2) << 16 | name.charAt(3) << 24;
  }

  /** The section with this tag, or null. */
  static @Nullable Section ofTag(int tag) {
    for (Section section : ALL) {
      if (section.tag() == tag) {
        return section;
      }
    }
    return null;
  }
}
