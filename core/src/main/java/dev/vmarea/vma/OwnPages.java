// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

/** Contents of a file that its file system keeps by itself, not in a {@link PageCache}. */
public interface OwnPages {
  /**
   * Makes the file {@code bytes} long; what lies behind goes, from all mappings too.
   *
   * @throws IllegalArgumentException if the file system has no files of this size, for which
   *     ftruncate says EINVAL
   */
  void truncate(long bytes);

  /** Punches a hole of pages, [first, end): their contents are zero afterwards. */
  void punchHole(long firstPage, long endPage);
}
