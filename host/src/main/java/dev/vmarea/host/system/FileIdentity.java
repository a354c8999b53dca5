// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One open file (a {@code struct file}) of a traced program.
 *
 * @param id the same for the same open file, and only for it, as far as {@code exact} says
 * @param deviceMajor device of the superblock, as /proc/PID/maps shows it (on btrfs and overlayfs
 *     stat may show another one)
 * @param deviceMinor see there
 * @param inode number of the inode, as maps shows it
 * @param fileSystem name of the file system's type, {@code 0x} and its magic number if it has no
 *     name here
 * @param flags open flags of the file, as in fdinfo
 * @param seals seals of a memfd (F_GET_SEALS), 0 without
 * @param noexec whether the mount forbids PROT_EXEC
 * @param path where /proc/PID/fd/N points to, bytes, {@code " (deleted)"} included
 * @param type kind of file: reg, dir, chr, blk, fifo, sock or other
 * @param size bytes; it may have changed since
 * @param exact false if the host does not let files be compared: then two descriptors of one open
 *     file count as two files
 */
@SuppressWarnings("ArrayRecordComponent") // compared below by content
public record FileIdentity(
    int id,
    long deviceMajor,
    long deviceMinor,
    long inode,
    String fileSystem,
    long flags,
    long seals,
    boolean noexec,
    byte[] path,
    String type,
    long size,
    boolean exact) {

  /** The same file after its size changed. */
  FileIdentity withSize(final long bytes) {
    return new FileIdentity(
        id,
        deviceMajor,
        deviceMinor,
        inode,
        fileSystem,
        flags,
        seals,
        noexec,
        path,
        type,
        bytes,
        exact);
  }

  /** The comment line of a recording that gives this file's identity behind a descriptor. */
  public String comment(final int pid, final int fd) {
    return "# vmarea fd "
        + pid
        + ' '
        + fd
        + " file="
        + id
        + " dev="
        + Long.toHexString(deviceMajor)
        + ':'
        + Long.toHexString(deviceMinor)
        + " ino="
        + Long.toUnsignedString(inode)
        + " fs="
        + fileSystem
        + " flags=0"
        + Long.toOctalString(flags)
        + " seals="
        + seals
        + " noexec="
        + (noexec ? 1 : 0)
        + " type="
        + type
        + " size="
        + size
        + " path=\""
        + escaped(path)
        + '"';
  }

  /** The bytes as the inside of a C string: printable ASCII stays, the rest becomes octal. */
  static String escaped(final byte[] bytes) {
    final StringBuilder text = new StringBuilder(bytes.length + 16);
    for (final byte b : bytes) {
      if (b == '"' || b == '\\') {
        text.append('\\').append((char) b);
      } else if (b >= ' ' && b <= '~') {
        text.append((char) b);
      } else {
        text.append('\\').append(String.format("%03o", b & 0xff));
      }
    }
    return text.toString();
  }

  @Override
  public boolean equals(final @Nullable Object other) {
    return other instanceof FileIdentity that
        && id == that.id
        && deviceMajor == that.deviceMajor
        && deviceMinor == that.deviceMinor
        && inode == that.inode
        && fileSystem.equals(that.fileSystem)
        && flags == that.flags
        && seals == that.seals
        && noexec == that.noexec
        && type.equals(that.type)
        && size == that.size
        && exact == that.exact
        && Arrays.equals(path, that.path);
  }

  @Override
  public int hashCode() {
    return 31 * id + Arrays.hashCode(path);
  }
}
