// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

import java.util.List;

/**
 * The areas of an address space at one moment, in order of address, in columns: a million of them
 * fit into some 60 MB. The legacy page {@code [vsyscall]} is no VMA and not in it. Immutable and
 * thread-safe. Made by a {@link SnapshotBuilder}.
 *
 * <p>Addresses are bytes without sign, page aligned; ranges are half-open.
 */
public final class Snapshot {
  /** What no source tells. */
  public static final long UNKNOWN = -1;

  private final SnapshotOrigin origin;
  private final int size;
  private final long[] start;
  private final long[] end;
  private final long[] offset;
  private final long[] flags;
  private final int[] object;
  private final int[] anonymousPages;
  private final int[] residentPages;
  private final int[] openFile;
  private final List<MappedObject> objects;

  Snapshot(SnapshotBuilder made) {
    origin = made.origin();
    size = made.size();
    start = made.starts();
    end = made.ends();
    offset = made.offsets();
    flags = made.flags();
    object = made.objectNumbers();
    anonymousPages = made.anonymousPages();
    residentPages = made.residentPages();
    openFile = made.openFiles();
    objects = made.objects();
  }

  /** Where it comes from, and what is known of that. */
  public SnapshotOrigin origin() {
    return origin;
  }

  /** Number of VMAs. */
  public int size() {
    return size;
  }

  /** First byte of area {@code i}. */
  public long start(int i) {
    return start[i];
  }

  /** Byte behind the last one of area {@code i}. */
  public long end(int i) {
    return end[i];
  }

  /** Length of area {@code i}, bytes. */
  public long length(int i) {
    return end[i] - start[i];
  }

  /** Offset in the file in bytes; of a model also the one of anonymous memory; else 0. */
  public long offset(int i) {
    return offset[i];
  }

  /** Set of {@link dev.vmarea.base.VmFlags}; with {@link Detail#MAPS} only those that follow. */
  public long flags(int i) {
    return flags[i];
  }

  /** What area {@code i} shows. */
  public MappedObject object(int i) {
    return objects.get(object[i]);
  }

  /** Number of what it shows: equal for equal objects. */
  public int objectNumber(int i) {
    return object[i];
  }

  /** All objects, by their numbers. */
  public List<MappedObject> objects() {
    return objects;
  }

  /** Anonymous pages that are present or swapped out, or {@link #UNKNOWN}. */
  public long anonymousPages(int i) {
    return anonymousPages[i];
  }

  /** Pages present, or {@link #UNKNOWN}. */
  public long residentPages(int i) {
    return residentPages[i];
  }

  /**
   * Number of the open file, where files of one object may have been opened more than once; {@link
   * #UNKNOWN} where that is not known, which counts as opened once.
   */
  public int openFile(int i) {
    return openFile[i];
  }

  /** The area that contains {@code address}, or the first one above; {@link #size} for none. */
  public int find(long address) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(end[middle], address) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
