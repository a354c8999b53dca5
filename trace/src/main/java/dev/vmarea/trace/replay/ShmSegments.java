// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.trace.files.ShmemFile;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.VmaDescriptor;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * System V shared memory segments, as shmget and the recorder's comments show them. Every
 * attachment has an open file of its own, so attachments never merge.
 */
final class ShmSegments {
  private static final int MAX_SEGMENTS = 1 << 16;

  /** A segment; size in bytes. */
  record Segment(int key, long size, Inode inode) {
    /** A new attachment's file. */
    OpenFile attach(boolean readOnly) {
      String name = String.format("/SYSV%08x", key);
      return new OpenFile(
          inode,
          new DirectoryEntry(name, true),
          readOnly ? OpenFile.O_RDONLY : OpenFile.O_RDWR,
          Attachment.INSTANCE);
    }
  }

  private final Map<Integer, Segment> segments = new HashMap<>();

  @Nullable Segment get(int id) {
    return segments.get(id);
  }

  /** shmget returned {@code id}; a segment known already keeps its size. */
  void obtained(int id, int key, long size) {
    if (!segments.containsKey(id) && size > 0) {
      put(id, key, size);
    }
  }

  /** The recorder knows the segment. */
  void known(int id, int key, long size, int major, int minor, long inode) {
    Segment segment = segments.get(id);
    if (segment == null || segment.size != size && size > 0) {
      segment = put(id, key, Math.max(size, 0));
    }
    if (major >= 0 && inode != -1) {
      segment.inode.identify(major, minor, inode);
    }
  }

  private Segment put(int id, int key, long size) {
    if (segments.size() >= MAX_SEGMENTS) {
      segments.clear();
    }
    Inode inode = new Inode(Inode.Type.REGULAR, ShmemFile.INTERNAL_MOUNT);
    inode.size(size);
    Segment segment = new Segment(key, size, inode);
    segments.put(id, segment);
    return segment;
  }

  /** How an attachment is mapped: as tmpfs, but with callbacks that count attachments. */
  private enum Attachment implements FileOperations, VmOperations {
    INSTANCE;

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) {
      descriptor.vmOps(this);
    }

    @Override
    public Placement placement() {
      return Placement.SHMEM;
    }

    @Override
    public boolean hasClose() {
      return true;
    }
  }
}
