// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import org.jspecify.annotations.Nullable;

/**
 * One version of a memory area ({@code vm_area_struct}): immutable, so readers need no lock. A
 * change publishes a new version under the same {@link VmaHandle}.
 *
 * <p>Covers the bytes [start, end), both page aligned, never empty. {@code pgoff} counts pages: the
 * offset in the file, or for anonymous memory the page number the area was first mapped at.
 */
public final class Vma {
  private final long start;
  private final long end;
  private final long pgoff;
  private final long flags;
  private final VmaHandle handle;
  private final @Nullable OpenFile file;
  private final @Nullable AnonVma anon;
  private final @Nullable VmOperations ops;
  private final VmaExtras extras;

  /** A version with all its attributes; see the accessors for units. */
  public Vma(
      long start,
      long end,
      long pgoff,
      long flags,
      VmaHandle handle,
      @Nullable OpenFile file,
      @Nullable AnonVma anon,
      @Nullable VmOperations ops,
      VmaExtras extras) {
    this.start = start;
    this.end = end;
    this.pgoff = pgoff;
    this.flags = flags;
    this.handle = handle;
    this.file = file;
    this.anon = anon;
    this.ops = ops;
    this.extras = extras;
  }

  /** First byte, page aligned. */
  public long start() {
    return start;
  }

  /** Byte after the last one, page aligned. */
  public long end() {
    return end;
  }

  /** Page offset in the file, or the original page number of anonymous memory. */
  public long pgoff() {
    return pgoff;
  }

  /** Set of {@link VmFlags}. */
  public long flags() {
    return flags;
  }

  /** Identity across versions. */
  public VmaHandle handle() {
    return handle;
  }

  /** The open file that is mapped, or null. Private {@code /dev/zero} has one and is anonymous. */
  public @Nullable OpenFile file() {
    return file;
  }

  /** Identity of the anonymous pages, or null before the first write fault. */
  public @Nullable AnonVma anon() {
    return anon;
  }

  /** Callbacks, or null for anonymous memory. */
  public @Nullable VmOperations ops() {
    return ops;
  }

  /** Rare attributes. */
  public VmaExtras extras() {
    return extras;
  }

  /** What the driver keeps with it ({@code vm_private_data}), or null. */
  public @Nullable Object privateData() {
    return extras.driver().privateData();
  }

  /** Length in bytes. */
  public long length() {
    return end - start;
  }

  /** Length in pages. */
  public long pages() {
    return Pages.count(end - start);
  }

  /** The page offset of the page at {@code address} (bytes, page aligned, inside or at the end). */
  public long pgoffAt(long address) {
    return pgoff + Pages.count(address - start);
  }

  /** Whether {@code address} lies in [start, end). */
  public boolean contains(long address) {
    return address >= start && address < end;
  }

  /** Whether every bit of {@code all} is set. */
  public boolean has(long all) {
    return (flags & all) == all;
  }

  /** Whether some bit of {@code any} is set. */
  public boolean hasAny(long any) {
    return (flags & any) != 0;
  }

  /** No callbacks: private anonymous memory, or private {@code /dev/zero}. */
  public boolean isAnonymous() {
    return ops == null;
  }

  /** Shows memory of a device as a file has it ({@link Inode#isDax}). */
  public boolean isDax() {
    return file != null && file.inode().isDax();
  }

  /** Some of read, write, execute is allowed. */
  public boolean isAccessible() {
    return (flags & VmFlags.ACCESS) != 0;
  }

  /** Whether a merge may not delete this VMA. */
  public boolean hasClose() {
    return ops != null && ops.hasClose();
  }

  /** Same identity, other extent. */
  public Vma withRange(long newStart, long newEnd, long newPgoff) {
    return new Vma(newStart, newEnd, newPgoff, flags, handle, file, anon, ops, extras);
  }

  /** Same identity, only the part [newStart, newEnd) of this VMA. */
  public Vma part(long newStart, long newEnd) {
    return withRange(newStart, newEnd, pgoffAt(newStart));
  }

  /** A new identity for the part [newStart, newEnd) of this VMA. */
  public Vma duplicate(long newStart, long newEnd) {
    return new Vma(
        newStart, newEnd, pgoffAt(newStart), flags, VmaHandle.of(file), file, anon, ops, extras);
  }

  /** Same identity, other flags. */
  public Vma withFlags(long newFlags) {
    return new Vma(start, end, pgoff, newFlags, handle, file, anon, ops, extras);
  }

  /** Same identity, other anonymous-memory identity. */
  public Vma withAnon(@Nullable AnonVma newAnon) {
    return new Vma(start, end, pgoff, flags, handle, file, newAnon, ops, extras);
  }

  /** Same identity, other callbacks. */
  public Vma withOps(@Nullable VmOperations newOps) {
    return new Vma(start, end, pgoff, flags, handle, file, anon, newOps, extras);
  }

  /** Same identity, other rare attributes. */
  public Vma withExtras(VmaExtras newExtras) {
    return new Vma(start, end, pgoff, flags, handle, file, anon, ops, newExtras);
  }

  /** Same identity, other private data of its driver. */
  public Vma withPrivateData(@Nullable Object data) {
    return data == privateData()
        ? this
        : withExtras(extras.withDriver(extras.driver().withPrivateData(data)));
  }

  /** For messages: range, flags and page offset. */
  @Override
  public String toString() {
    return Long.toHexString(start)
        + "-"
        + Long.toHexString(end)
        + " "
        + VmFlags.mnemonics(flags)
        + "pgoff="
        + Long.toHexString(pgoff);
  }
}
