// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The half-built VMA that an old {@code mmap} hook is handed: not in the tree yet, everything but
 * its range free to change. Only valid until the hook returns.
 */
public abstract class LegacyVma implements HookedArea {
  private final HookedMm mm;
  private final long start;
  private final long end;
  private long pgoff;
  private long vmFlags;
  private PageProtection pageProtection;
  private @Nullable OpenFile file;
  private @Nullable VmOperations ops = NoOperations.INSTANCE;
  private @Nullable Object privateData;

  /** A VMA for [start, end), bytes, page aligned, with the callbacks that stand for none. */
  protected LegacyVma(
      HookedMm mm, long start, long end, long pgoff, long vmFlags, @Nullable OpenFile file) {
    this.mm = mm;
    this.start = start;
    this.end = end;
    this.pgoff = pgoff;
    this.vmFlags = vmFlags;
    this.file = file;
    this.pageProtection = mm.protection(vmFlags);
  }

  /** The address space. */
  @Override
  public HookedMm mm() {
    return mm;
  }

  /** First byte. */
  @Override
  public long start() {
    return start;
  }

  /** Byte after the last. */
  @Override
  public long end() {
    return end;
  }

  /** Offset in pages. */
  @Override
  public long pgoff() {
    return pgoff;
  }

  /** Replaces the offset, in pages. */
  @Override
  public void pgoff(long pages) {
    pgoff = pages;
  }

  /** Set of {@link dev.vmarea.base.VmFlags}. */
  @Override
  public long vmFlags() {
    return vmFlags;
  }

  /** Replaces the flags; the commit charge does not follow. */
  @Override
  public void vmFlags(long flags) {
    vmFlags = flags;
  }

  /** Protection and cache mode of entries made from now on. */
  @Override
  public PageProtection pageProtection() {
    return pageProtection;
  }

  /** Replaces protection and cache mode; the access bits follow the flags in the end. */
  @Override
  public void pageProtection(PageProtection protection) {
    pageProtection = protection;
  }

  /** The file the VMA holds a reference to. */
  public @Nullable OpenFile file() {
    return file;
  }

  /** Holds {@code replacement} instead, with a reference of its own ({@code vma_set_file}). */
  public void file(OpenFile replacement) {
    OpenFile old = file;
    file = replacement.get();
    if (old != null) {
      old.put();
    }
  }

  /** Callbacks, or null for anonymous memory. */
  @Override
  public @Nullable VmOperations vmOps() {
    return ops;
  }

  /** Replaces the callbacks; null makes the mapping anonymous memory. */
  @Override
  public void vmOps(@Nullable VmOperations callbacks) {
    ops = callbacks;
  }

  /** What the driver keeps with the VMA, or null. */
  @Override
  public @Nullable Object privateData() {
    return privateData;
  }

  /** Sets what the driver keeps with the VMA. */
  @Override
  public void privateData(@Nullable Object data) {
    privateData = data;
  }

  /**
   * Fills [address, address + size) with the page frames from {@code pfn} on ({@code
   * remap_pfn_range}): prepare and complete in one.
   *
   * @param address bytes, page aligned
   * @param size bytes, rounded up to pages
   * @throws ErrnoException EINVAL unaligned, for part of a copy-on-write mapping or against a
   *     reservation; ENOMEM without tables; EACCES for page frames that must not be mapped; EBUSY
   *     where an entry is
   */
  public abstract void remapPfnRange(long address, long pfn, long size, PageProtection protection)
      throws ErrnoException;

  /** The same for device memory ({@code io_remap_pfn_range}). */
  public abstract void ioRemapPfnRange(long address, long pfn, long size, PageProtection protection)
      throws ErrnoException;

  /**
   * Maps the device memory [physical, physical + bytes) from page {@link #pgoff} of it on ({@code
   * vm_iomap_memory}).
   *
   * @throws ErrnoException EINVAL if it wraps or is shorter than the mapping
   */
  public abstract void ioMapMemory(long physical, long bytes) throws ErrnoException;

  /**
   * Maps pages of the kernel from {@code address} on ({@code vm_insert_page}).
   *
   * @param pfns their page frames
   * @throws ErrnoException EFAULT outside the VMA, EINVAL for what cannot be mapped, EBUSY where an
   *     entry is, ENOMEM
   */
  public abstract void insertPages(long address, List<Long> pfns) throws ErrnoException;

  /**
   * Puts {@code pages} bare page frames from {@code pfn} on at {@code address}, one by one, into a
   * mapping that may have pages besides ({@code vmf_insert_mixed}).
   *
   * @throws ErrnoException EFAULT outside the VMA, EINVAL for memory, EBUSY where an entry is,
   *     ENOMEM
   */
  public abstract void insertFrames(long address, long pfn, long pages) throws ErrnoException;

  /**
   * Maps this VMA through another file, as file systems stacked on others do ({@code vfs_mmap}):
   * its new hook by way of the compatibility layer, or its old one.
   *
   * @throws ErrnoException what the inner hook says, ENODEV if it has none
   */
  public final void mapThrough(OpenFile inner) throws ErrnoException {
    mapThrough(inner, inner.operations());
  }

  /**
   * The same with other operations than the file's: dispatchers that have hooks but no file of
   * their own for them (procfs, in v2 of the series) call a hook of either kind so.
   *
   * @param operations with the hook to call; null for none
   * @throws ErrnoException what the hook says, ENODEV if there is none
   */
  public abstract void mapThrough(OpenFile inner, @Nullable FileOperations operations)
      throws ErrnoException;
}
