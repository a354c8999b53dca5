// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import org.jspecify.annotations.Nullable;

/**
 * Identity of a VMA that maps a file: also its place in the file's {@link ReverseMap}, which alone
 * uses the links, under its lock.
 */
public final class FileVmaHandle extends VmaHandle {
  private final ReverseMap map;
  @Nullable FileVmaHandle next;
  @Nullable FileVmaHandle previous;
  @Nullable TableOwner owner;
  boolean linked;

  FileVmaHandle(ReverseMap map) {
    this.map = map;
  }

  /** Whether it is in the reverse map; exact for the address space's writer. */
  public boolean isLinked() {
    return linked;
  }

  /** The reverse map that it belongs to. */
  public ReverseMap map() {
    return map;
  }
}
