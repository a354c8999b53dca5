// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.MremapFlags;

/**
 * The arguments of one mremap, lengths rounded up to pages; bytes throughout.
 *
 * @param address old address
 * @param oldLength old length
 * @param newLength new length
 * @param flags MREMAP_ flags
 * @param target new address, where the flags give it a meaning
 */
record MoveRequest(long address, long oldLength, long newLength, int flags, long target) {

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Whether the caller names the destination. */
  boolean impliesTarget() {
    return has(MremapFlags.FIXED | MremapFlags.DONTUNMAP);
  }

  /** A fixed move of unchanged length, which may take several VMAs along. */
  boolean movesOnly() {
    return has(MremapFlags.FIXED) && oldLength == newLength && oldLength != 0;
  }

  boolean shrinks() {
    return Long.compareUnsigned(newLength, oldLength) < 0;
  }

  boolean grows() {
    return Long.compareUnsigned(newLength, oldLength) > 0;
  }

  /** The request for one VMA of several. */
  MoveRequest piece(long from, long length, long to) {
    return new MoveRequest(from, length, length, flags, to);
  }

  /** The request after the tail has been unmapped. */
  MoveRequest shrunk() {
    return new MoveRequest(address, newLength, newLength, flags, target);
  }

  /** Lengths rounded up to a larger page size (a power of two). */
  MoveRequest alignedTo(long size) {
    return new MoveRequest(
        address, (oldLength + size - 1) & -size, (newLength + size - 1) & -size, flags, target);
  }
}
