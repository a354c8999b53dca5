// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.Vma;

/**
 * Visits the pieces of VMAs in a range, in order, as the advising calls do: a hole is remembered
 * and reported at the end, any other error stops the walk (mm-semantics 5.4).
 */
final class RangeWalk {
  /** What is done with one piece; may replace, split or merge the VMA. */
  @FunctionalInterface
  interface Piece {
    /**
     * Visits one piece.
     *
     * @param vma the VMA as it is now
     * @param start first byte of the piece, inside the VMA
     * @param end byte after its last one
     */
    void visit(Vma vma, long start, long end) throws ErrnoException;
  }

  private RangeWalk() {}

  /**
   * Visits what is mapped of [start, end), bytes, page aligned, not empty.
   *
   * @throws ErrnoException ENOMEM after the last piece if there was a hole; what a piece throws
   */
  static void forEach(Mm mm, long start, long end, Piece piece) throws ErrnoException {
    if (each(mm, start, end, piece)) {
      throw Errno.ENOMEM.failure();
    }
  }

  /**
   * The same, but holes are no error.
   *
   * @return whether there was a hole
   */
  static boolean each(Mm mm, long start, long end, Piece piece) throws ErrnoException {
    boolean hole = false;
    long at = start;
    while (at != end) {
      Vma vma = at < 0 ? null : mm.tree().find(at);
      if (vma == null || Long.compareUnsigned(vma.start(), end) >= 0) {
        return true;
      }
      if (vma.start() > at) {
        hole = true;
        at = vma.start();
      }
      long pieceEnd = Long.compareUnsigned(vma.end(), end) < 0 ? vma.end() : end;
      piece.visit(vma, at, pieceEnd);
      at = pieceEnd;
    }
    return hole;
  }
}
