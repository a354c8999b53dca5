// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;

/**
 * An open file as an image knows it. Immutable.
 *
 * @param number which open file it is, from 0, in order of the first area that maps it
 * @param inode which file it is an open of, from 0; two opens of one file have the same
 * @param path its name, bytes as ISO-8859-1
 * @param deleted whether the name was unlinked
 * @param openFlags O_ flags
 * @param kind what knows how to map it: "plain", "shmem" and such; "driver" for what an image
 *     cannot make again by itself
 * @param type what kind of file
 * @param fileSystem where it lived
 * @param deviceMajor major number of the device, as maps shows it
 * @param deviceMinor minor number of the device
 * @param inodeNumber inode number, unsigned
 * @param size bytes, or {@link Inode#UNKNOWN_SIZE}
 */
public record SavedFile(
    int number,
    int inode,
    String path,
    boolean deleted,
    int openFlags,
    String kind,
    Inode.Type type,
    FileSystem fileSystem,
    int deviceMajor,
    int deviceMinor,
    long inodeNumber,
    long size) {
  /** Whether only an {@link ImageResolver} can open it. */
  public boolean needsResolver() {
    return kind.equals(FileKinds.DRIVER);
  }
}
