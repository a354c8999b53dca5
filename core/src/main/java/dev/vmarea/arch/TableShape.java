// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.arch;

import java.util.List;

/**
 * Pages and page tables of an architecture. Immutable.
 *
 * @param pageShift log2 of the bytes of a page
 * @param indexBits log2 of the entries of a table, a level each, leaf first; empty without an MMU
 * @param addressLimit user addresses are below it, in bytes
 * @param maxHugeLevel highest level at which an entry may map a huge page; 0 for none
 * @param specialEntries whether a bit of an entry marks special ones
 */
record TableShape(
    int pageShift,
    List<Integer> indexBits,
    long addressLimit,
    int maxHugeLevel,
    boolean specialEntries) {
  private static final int SHIFT_4K = 12;

  static final TableShape X86_64 =
      new TableShape(SHIFT_4K, List.of(9, 9, 9, 9), 0x7fff_ffff_f000L, 2, true);
  static final TableShape X86_64_5LEVEL =
      new TableShape(SHIFT_4K, List.of(9, 9, 9, 9, 9), 0xff_ffff_ffff_f000L, 2, true);

  /** User addresses end eight pages below 2 GiB. */
  static final TableShape CSKY = new TableShape(SHIFT_4K, List.of(10, 10), 0x7fff_8000L, 0, false);

  /** Without the processor's option of separate read and execute rights, which leaves no bit. */
  static final TableShape MIPS = new TableShape(SHIFT_4K, List.of(10, 10), 0x8000_0000L, 0, true);

  /** Physical addresses of 36 bits need entries of 8 bytes, so a leaf table holds half as many. */
  static final TableShape MIPS_ALCHEMY =
      new TableShape(SHIFT_4K, List.of(9, 11), 0x8000_0000L, 0, true);

  static final TableShape SPARC32 =
      new TableShape(SHIFT_4K, List.of(6, 6, 8), 0xf000_0000L, 0, false);

  /** The limit is where the hole in the virtual addresses begins. */
  static final TableShape SPARC64 =
      new TableShape(
          Sparc64Translation.PAGE_SHIFT, List.of(10, 10, 10, 10), 0x800_0000_0000L, 1, true);

  static final TableShape NOMMU = new TableShape(SHIFT_4K, List.of(), 0xffff_f000L, 0, false);
}
