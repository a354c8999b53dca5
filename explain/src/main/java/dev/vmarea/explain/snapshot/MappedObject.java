// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

/**
 * What an area shows, as a line of maps tells it: a file, a name given by the kernel or the
 * program, or nothing for plain anonymous memory. Immutable.
 *
 * @param major device number, major part
 * @param minor device number, minor part
 * @param inode inode number, unsigned; 0 without a file
 * @param name as the kernel prints it, bytes as ISO-8859-1, hostile; empty without a name
 */
public record MappedObject(int major, int minor, long inode, String name) {
  /** Plain anonymous memory. */
  public static final MappedObject ANONYMOUS = new MappedObject(0, 0, 0, "");

  private static final String DELETED = " (deleted)";

  /** Whether a file is mapped, memory files and devices included. */
  public boolean isFile() {
    return inode != 0
        || major != 0
        || minor != 0
        || !name.isEmpty() && name.charAt(0) != '['
        || name.startsWith("[anon_shmem:");
  }

  /** Whether the file has no name any more. */
  public boolean isDeleted() {
    return isFile() && name.endsWith(DELETED);
  }

  /** Anonymous memory: the heap, a stack, named or not. */
  public boolean isAnonymous() {
    return !isFile() && !isSpecial();
  }

  /** What the kernel itself maps, such as {@code [vdso]}. */
  public boolean isSpecial() {
    return !isFile()
        && !name.isEmpty()
        && !name.equals("[heap]")
        && !name.startsWith("[stack")
        && !name.startsWith("[anon");
  }

  /** The name that prctl gave to anonymous memory, or empty. */
  public String anonymousName() {
    if (name.startsWith("[anon:") && name.endsWith("]")) {
      return name.substring("[anon:".length(), name.length() - 1);
    }
    if (name.startsWith("[anon_shmem:") && name.endsWith("]")) {
      return name.substring("[anon_shmem:".length(), name.length() - 1);
    }
    return "";
  }
}
