// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import dev.vmarea.trace.text.CString;

/**
 * {@code fd PID FD file=...}: the open file behind a descriptor.
 *
 * @param pid a thread that has the descriptor
 * @param fd the descriptor
 * @param file identity of the open file: equal for the same {@code struct file}
 * @param major device of the file, major part
 * @param minor device of the file, minor part
 * @param inode inode number, unsigned
 * @param fileSystem type of the file system, or empty when not known
 * @param flags open flags
 * @param seals memfd seals, 0 for none
 * @param noexec whether the mount forbids execution
 * @param type kind of file: reg, dir, chr, blk, fifo, sock or other; empty when not known
 * @param size bytes, or -1 when not known
 * @param path its path as the kernel shows it, bytes as ISO-8859-1; hostile
 */
public record DescriptorIdentity(
    int pid,
    int fd,
    String file,
    int major,
    int minor,
    long inode,
    String fileSystem,
    int flags,
    int seals,
    boolean noexec,
    String type,
    long size,
    String path)
    implements EvidenceLine {
  @Override
  public String body() {
    return "fd "
        + pid
        + " "
        + fd
        + " file="
        + file
        + " dev="
        + Integer.toHexString(major)
        + ":"
        + Integer.toHexString(minor)
        + " ino="
        + Long.toUnsignedString(inode)
        + (fileSystem.isEmpty() ? "" : " fs=" + fileSystem)
        + " flags=0"
        + Integer.toOctalString(flags)
        + " seals="
        + seals
        + " noexec="
        + (noexec ? 1 : 0)
        + (type.isEmpty() ? "" : " type=" + type)
        + (size < 0 ? "" : " size=" + size)
        + " path="
        + CString.quote(path);
  }
}
