// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.cramfs;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.tree.TreeFile;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.PageCacheOperations;
import dev.vmarea.vma.Vma;
import java.lang.foreign.MemorySegment;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** A file of the image. Read-only, so thread-safe. */
final class CramfsFile extends TreeFile implements PageCacheOperations {
  private static final FileSystem CRAMFS = new FileSystem("cramfs", false, false);
  private static final int PAGE = (int) Pages.SIZE;

  private final Rom rom;
  private final ImageBuilder.Entry entry;
  private final FileOperations operations;

  CramfsFile(Variant variant, Rom rom, ImageBuilder.Entry entry) {
    super(new Inode(Inode.Type.REGULAR, CRAMFS));
    this.rom = rom;
    this.entry = entry;
    this.operations =
        variant.isLegacy() ? new CramfsMapping.Legacy(this) : new CramfsMapping.Port(this);
    inode().size(entry.size());
    inode().pageCache().operations(this);
  }

  @Override
  public FileOperations operations() {
    return operations;
  }

  private BlockPointer pointer(long page) {
    return new BlockPointer(rom.word(entry.pointers() + page * Integer.BYTES));
  }

  private long filePages() {
    return Pages.count(Pages.ceil(entry.size()));
  }

  /**
   * Reads a page for the cache.
   *
   * @throws ErrnoException EIO for a block that is no compressed one
   */
  @Override
  public void read(long index, KernelPage page) throws ErrnoException {
    if (index >= filePages() || pointer(index).isHole()) {
      return;
    }
    BlockPointer pointer = pointer(index);
    int length = (int) Math.min(PAGE, entry.size() - Pages.bytes(index));
    byte[] bytes =
        pointer.isCompressed()
            ? inflated(pointer.address(), length)
            : rom.read(pointer.address(), length);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, page.contents(), 0, length);
  }

  private byte[] inflated(long address, int length) throws ErrnoException {
    int compressed = rom.word(address) & 0xffff;
    byte[] bytes = new byte[length];
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(rom.read(address + Short.BYTES, compressed));
      if (inflater.inflate(bytes) == length) {
        return bytes;
      }
    } catch (DataFormatException damaged) {
      // as below
    }
    throw Errno.EIO.failure();
  }

  /**
   * What of a mapping can be shown straight from the ROM; null if nothing can, which is no error.
   * The reasons are asked in the order of Linux.
   */
  @Nullable DirectRun direct(HookedArea area) {
    long first = area.pgoff();
    if (area.has(VmFlags.WRITE) || Long.compareUnsigned(first, filePages()) >= 0) {
      return null;
    }
    long pages = contiguous(first, Math.min(area.pages(), filePages() - first));
    long address = pointer(first).address();
    if (pages == 0 || !Pages.isAligned(address)) {
      return null;
    }
    if (first + pages == filePages() && isLastPageShared()) {
      pages--;
    }
    return pages == 0 ? null : new DirectRun(rom.frames().start() + Pages.count(address), pages);
  }

  /** How many pages from {@code first} on are there as they are, one behind the other. */
  private long contiguous(long first, long most) {
    long pages = 0;
    while (pages < most && follows(pointer(first), pointer(first + pages), pages)) {
      pages++;
    }
    return pages;
  }

  private static boolean follows(BlockPointer first, BlockPointer pointer, long pages) {
    return pointer.isDirect() && pointer.address() == first.address() + Pages.bytes(pages);
  }

  /** Whether there is something behind the end of the file, in its last page. */
  private boolean isLastPageShared() {
    int used = (int) (entry.size() & Pages.OFFSET_MASK);
    if (used == 0) {
      return false;
    }
    for (byte other : rom.read(pointer(filePages() - 1).address() + used, PAGE - used)) {
      if (other != 0) {
        return true;
      }
    }
    return false;
  }

  /** Checks what kinds of mappings it has, and that copy-on-write ones know their first frame. */
  void verify() {
    Invariant.equal(
        "mappings of a read-only image that could write to it",
        Invariant.vmas(inode(), vma -> vma.has(VmFlags.SHARED | VmFlags.MAYWRITE)),
        0);
    Invariant.equal(
        "mappings of the ROM that do not know their frame",
        Invariant.vmas(inode(), vma -> vma.has(VmFlags.PFNMAP) && !knowsFrame(vma)),
        0);
  }

  private boolean knowsFrame(Vma vma) {
    return !VmFlags.isCow(vma.flags())
        || vma.pgoff() >= rom.frames().start() && vma.pgoffAt(vma.end()) <= rom.frames().end();
  }
}
