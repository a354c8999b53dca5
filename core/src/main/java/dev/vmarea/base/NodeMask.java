// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/**
 * The {@code nodemask} and {@code maxnode} arguments of mbind and set_mempolicy, as the caller's
 * memory holds them. Immutable.
 */
public final class NodeMask {
  /** Nodes that kernels are built for; higher bits are refused. */
  public static final int MAX_NODES = 1024;

  private static final long MAX_BITS = Pages.SIZE * 8;

  private final long[] words;
  private final boolean given;
  private final boolean readable;
  private final long maxNode;

  private NodeMask(long[] words, boolean given, boolean readable, long maxNode) {
    this.words = words;
    this.given = given;
    this.readable = readable;
    this.maxNode = maxNode;
  }

  /** No mask: a null pointer. */
  public static NodeMask none() {
    return new NodeMask(new long[0], false, true, 0);
  }

  /**
   * A mask in memory.
   *
   * @param words its bits, node 0 lowest; what lies beyond the last word counts as 0
   * @param maxNode the argument, one more than the number of bits that count
   */
  public static NodeMask of(long maxNode, long... words) {
    return new NodeMask(words.clone(), true, true, maxNode);
  }

  /** A pointer that cannot be read. */
  public static NodeMask unreadable(long maxNode) {
    return new NodeMask(new long[0], true, false, maxNode);
  }

  /**
   * Nodes 0 to 63 of the mask; bits at or above {@code maxNode - 1} do not count.
   *
   * @throws ErrnoException EINVAL for an absurd maxNode or a node that no kernel has; EFAULT for a
   *     bad pointer
   */
  public long nodes() throws ErrnoException {
    long bits = maxNode - 1;
    if (!given || bits == 0) {
      return 0;
    }
    if (Long.compareUnsigned(bits, MAX_BITS) > 0) {
      throw Errno.EINVAL.failure();
    }
    if (!readable) {
      throw Errno.EFAULT.failure();
    }
    for (int i = 0; i < words.length; i++) {
      if (word(i, bits) != 0 && i >= MAX_NODES / Long.SIZE) {
        throw Errno.EINVAL.failure();
      }
    }
    return words.length == 0 ? 0 : word(0, bits);
  }

  /** Whether the mask names any node, also above 63. */
  public boolean isEmpty() {
    long bits = maxNode - 1;
    if (!given || bits == 0) {
      return true;
    }
    for (int i = 0; i < words.length; i++) {
      if (word(i, bits) != 0) {
        return false;
      }
    }
    return true;
  }

  private long word(int index, long bits) {
    long left = bits - (long) index * Long.SIZE;
    if (left <= 0) {
      return 0;
    }
    return left >= Long.SIZE ? words[index] : words[index] & ((1L << left) - 1);
  }

  /** For messages. */
  @Override
  public String toString() {
    String text = given ? java.util.Arrays.toString(words) : "NULL";
    return text + "/" + maxNode;
  }
}
