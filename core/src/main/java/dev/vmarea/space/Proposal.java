// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import org.jspecify.annotations.Nullable;

/**
 * A range that wants to be mapped and may join its neighbours.
 *
 * @param start first byte, page aligned
 * @param end byte after the last
 * @param pgoff page offset of the first page
 * @param flags set of VmFlags
 * @param file the open file, or null
 * @param anon anonymous identity of the VMA that is copied here, or null for new memory
 * @param extras rare attributes
 * @param extension whether it is what mremap adds in place to the VMA right below, whose identity
 *     it has
 */
public record Proposal(
    long start,
    long end,
    long pgoff,
    long flags,
    @Nullable OpenFile file,
    @Nullable AnonVma anon,
    VmaExtras extras,
    boolean extension) {

  /** A range of its own. */
  public Proposal(
      long start,
      long end,
      long pgoff,
      long flags,
      @Nullable OpenFile file,
      @Nullable AnonVma anon,
      VmaExtras extras) {
    this(start, end, pgoff, flags, file, anon, extras, false);
  }

  /** The whole of a VMA. */
  static Proposal of(Vma vma) {
    return new Proposal(
        vma.start(), vma.end(), vma.pgoff(), vma.flags(), vma.file(), vma.anon(), vma.extras());
  }

  /** Length in pages. */
  public long pages() {
    return (end - start) >>> 12;
  }
}
