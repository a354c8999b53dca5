// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.files.FileContents;
import dev.vmarea.files.Mount;
import dev.vmarea.files.OverlayFile;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.OpenFile;
import java.util.HashMap;
import java.util.Map;

/**
 * Overlayfs over two folders of one tmpfs, with the core's files: a lower file is copied up when
 * somebody opens it for writing.
 */
final class CoreUnion implements Mount {
  private static final int O_CREAT = 0100;

  private final CoreFolder folder;
  private final String lower;
  private final String upper;
  private final PhysicalMemory memory;
  private final Map<String, DirectoryEntry> entries = new HashMap<>();

  CoreUnion(CoreFolder folder, String lower, String upper, PhysicalMemory memory) {
    this.folder = folder;
    this.lower = lower;
    this.upper = upper;
    this.memory = memory;
  }

  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    String name = path.substring(path.lastIndexOf('/'));
    boolean writes = (flags & OpenFile.O_ACCMODE) != OpenFile.O_RDONLY;
    if (!folder.has(upper + name)) {
      if (!folder.has(lower + name)) {
        throw Errno.ENOENT.failure();
      }
      if (writes) {
        copyUp(name);
      }
    }
    String below = folder.has(upper + name) ? upper : lower;
    OpenFile real = folder.open(below + name, flags);
    OpenFile union =
        OverlayFile.open(
            real.inode(),
            entries.computeIfAbsent(path, DirectoryEntry::new),
            flags,
            real.operations());
    union.whenReleased(real::put);
    return union;
  }

  private void copyUp(String name) throws ErrnoException {
    OpenFile from = folder.open(lower + name, OpenFile.O_RDONLY);
    OpenFile to = folder.open(upper + name, OpenFile.O_RDWR | O_CREAT);
    byte[] bytes = new byte[(int) from.inode().size()];
    new FileContents(from.inode(), memory).read(0, bytes, 0, bytes.length);
    to.inode().truncate(bytes.length);
    new FileContents(to.inode(), memory).write(0, bytes, 0, bytes.length);
    from.put();
    to.put();
  }

  @Override
  public void unlink(String path) throws ErrnoException {
    folder.unlink(upper + path.substring(path.lastIndexOf('/')));
    DirectoryEntry entry = entries.remove(path);
    if (entry != null) {
      entry.deleted(true);
    }
  }
}
