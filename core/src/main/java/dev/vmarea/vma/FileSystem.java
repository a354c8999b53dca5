// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

/**
 * What mapping has to know of a mounted file system.
 *
 * @param type name as in /proc/mounts, such as "ext4"
 * @param noexec mounted noexec: no executable mappings
 * @param thpAligned its files ask for addresses that suit transparent huge pages
 */
public record FileSystem(String type, boolean noexec, boolean thpAligned) {
  /** Whether its pages live in memory alone and count as shared memory: tmpfs. */
  public boolean isShmem() {
    return type.equals("tmpfs");
  }
}
