// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import org.jspecify.annotations.Nullable;

/**
 * What {@link VmOperations#mapped} is told of a new mapping: its range, offset and file, and a
 * place for private data. Only valid until the callback returns.
 */
public final class MappedArea {
  private final long start;
  private final long end;
  private final long pgoff;
  private final @Nullable OpenFile file;
  private @Nullable Object privateData;

  /** The area [start, end) in bytes, at page offset {@code pgoff} of {@code file}. */
  public MappedArea(
      long start, long end, long pgoff, @Nullable OpenFile file, @Nullable Object privateData) {
    this.start = start;
    this.end = end;
    this.pgoff = pgoff;
    this.file = file;
    this.privateData = privateData;
  }

  /** First byte. */
  public long start() {
    return start;
  }

  /** Byte after the last. */
  public long end() {
    return end;
  }

  /** Length in bytes. */
  public long size() {
    return end - start;
  }

  /** Offset in pages. */
  public long pgoff() {
    return pgoff;
  }

  /** The file of the VMA. */
  public @Nullable OpenFile file() {
    return file;
  }

  /** What the driver keeps with the VMA, or null. */
  public @Nullable Object privateData() {
    return privateData;
  }

  /** Replaces it, if the callback then succeeds. */
  public void privateData(@Nullable Object data) {
    privateData = data;
  }
}
