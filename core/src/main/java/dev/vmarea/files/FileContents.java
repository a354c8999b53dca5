// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.Inode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A file's bytes as read(2) and write(2) see them: in its page cache, the same pages that are
 * mapped, so what is written here is seen through shared mappings at once, and the other way round.
 *
 * <p>As thread-safe as Linux: single bytes are never torn, longer reads beside writes may be.
 */
public final class FileContents {
  private final Inode inode;
  private final PhysicalMemory memory;

  /** The bytes of {@code inode}, whose pages are in {@code memory}. */
  public FileContents(Inode inode, PhysicalMemory memory) {
    this.inode = inode;
    this.memory = memory;
  }

  /**
   * pread(2).
   *
   * @param offset in the file, bytes
   * @return bytes read: fewer than {@code length} at the end of the file, 0 behind it
   * @throws ErrnoException EINVAL for a negative offset, or a file that calls cannot read; ENOMEM
   *     without a frame
   * @throws IndexOutOfBoundsException if the array does not have the range
   */
  public int read(long offset, byte[] target, int at, int length) throws ErrnoException {
    Objects.checkFromIndexSize(at, length, target.length);
    if (offset < 0) {
      throw Errno.EINVAL.failure();
    }
    int wanted = (int) Math.max(0, Math.min(length, inode.size() - offset));
    for (int done = 0; done < wanted; ) {
      done += readPage(offset + done, target, at + done, wanted - done);
    }
    return wanted;
  }

  /**
   * pwrite(2); the file grows if it must.
   *
   * @param offset in the file, bytes
   * @throws ErrnoException EINVAL for a negative offset; EFBIG beyond the largest one; ENOMEM
   *     without a frame, what lies before it was written
   * @throws IndexOutOfBoundsException if the array does not have the range
   */
  public void write(long offset, byte[] source, int at, int length) throws ErrnoException {
    Objects.checkFromIndexSize(at, length, source.length);
    if (offset < 0) {
      throw Errno.EINVAL.failure();
    }
    if (offset + length < 0) {
      throw Errno.EFBIG.failure();
    }
    inode.store(memory, offset, source, at, length);
  }

  /** Reads what lies in one page, which counts as a use of it. */
  private int readPage(long position, byte[] target, int at, int most) throws ErrnoException {
    int within = (int) (position & Pages.OFFSET_MASK);
    int piece = (int) Math.min(most, Pages.SIZE - within);
    KernelPage page = new KernelPage(memory, inode.pageCache().get(memory, Pages.count(position)));
    try {
      MemorySegment.copy(page.directlyMapped(), ValueLayout.JAVA_BYTE, within, target, at, piece);
      page.used();
    } finally {
      page.put();
    }
    return piece;
  }
}
