// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * {@code shm ID key=...}: a SysV shared memory segment, as far as known.
 *
 * @param id the segment
 * @param key its key
 * @param size bytes, or -1 when not known
 * @param major device, major part; -1 when not known
 * @param minor device, minor part; -1 when not known
 * @param inode inode number; -1 when not known
 */
public record ShmSegment(int id, int key, long size, int major, int minor, long inode)
    implements EvidenceLine {
  @Override
  public String body() {
    return "shm "
        + id
        + " key=0x"
        + Integer.toHexString(key)
        + (size < 0 ? "" : " size=" + size)
        + (major < 0 ? "" : " dev=" + Integer.toHexString(major) + ":" + Integer.toHexString(minor))
        + (inode == -1 ? "" : " ino=" + Long.toUnsignedString(inode));
  }
}
