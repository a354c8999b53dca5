// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

/**
 * Told what {@link TableTree#visit} finds in a range.
 *
 * @param <X> what it may throw
 */
interface RangeVisitor<X extends Exception> {
  /**
   * The part of a leaf table that lies in the range.
   *
   * @param from first slot
   * @param to slot after the last one
   * @param address what the slot {@code from} maps
   */
  void leaf(TableNode leaf, int from, int to, long address) throws X;

  /**
   * An entry of a huge page that reaches into the range.
   *
   * @param address first byte that the entry maps, perhaps below the range
   * @param whole whether all of it lies in the range
   */
  void huge(TableNode table, int index, long address, boolean whole) throws X;
}
