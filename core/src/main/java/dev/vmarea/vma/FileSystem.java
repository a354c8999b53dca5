// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import java.util.Set;

/**
 * What mapping has to know of a mounted file system.
 *
 * @param type name as in /proc/mounts, such as "ext4"
 * @param noexec mounted noexec: no executable mappings
 * @param thpAligned its files ask for addresses that suit transparent huge pages
 */
public record FileSystem(String type, boolean noexec, boolean thpAligned) {
  private static final Set<String> IN_MEMORY =
      Set.of(
          "aio",
          "anon_inodefs",
          "cgroup2",
          "devtmpfs",
          "hugetlbfs",
          "proc",
          "ramfs",
          "secretmem",
          "sysfs",
          "tmpfs");

  /** Whether its pages live in memory alone and count as shared memory: tmpfs. */
  public boolean isShmem() {
    return type.equals("tmpfs");
  }

  /** Whether changed pages of its files are written back to a disk (BDI_CAP_WRITEBACK). */
  public boolean writesBack() {
    return !IN_MEMORY.contains(type);
  }
}
