// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gathers the areas of a {@link Snapshot}, lowest first. Not thread-safe. */
public final class SnapshotBuilder {
  private final Map<MappedObject, Integer> numbers = new HashMap<>();
  private final List<MappedObject> objects = new ArrayList<>();
  private SnapshotOrigin origin;
  private int size;
  private long[] start = new long[64];
  private long[] end = new long[64];
  private long[] offset = new long[64];
  private long[] flags = new long[64];
  private int[] object = new int[64];
  private int[] anonymous = new int[64];
  private int[] resident = new int[64];
  private int[] openFile = new int[64];

  /** An empty snapshot. */
  public SnapshotBuilder(SnapshotOrigin origin) {
    this.origin = origin;
  }

  /** Replaces what is known of the source. */
  public void origin(SnapshotOrigin newOrigin) {
    origin = newOrigin;
  }

  /** What is known of the source so far. */
  public SnapshotOrigin origin() {
    return origin;
  }

  /** Number of areas so far. */
  public int size() {
    return size;
  }

  /** The number of an object, the same for equal ones. */
  public int number(MappedObject what) {
    return numbers.computeIfAbsent(
        what,
        one -> {
          objects.add(one);
          return objects.size() - 1;
        });
  }

  /**
   * Adds an area, of which nothing is known but this.
   *
   * @param from first byte, not below the end of the area before
   * @param to byte behind the last
   * @param bits set of VmFlags
   * @param bytes offset in the file
   * @param objectNumber see {@link #number}
   * @throws IllegalArgumentException if it is empty or lies below what is there
   */
  public void add(long from, long to, long bits, long bytes, int objectNumber) {
    if (Long.compareUnsigned(from, to) >= 0
        || size > 0 && Long.compareUnsigned(from, end[size - 1]) < 0) {
      throw new IllegalArgumentException(
          "out of order: " + Long.toHexString(from) + "-" + Long.toHexString(to));
    }
    if (size == start.length) {
      grow(size + (size >> 1));
    }
    start[size] = from;
    end[size] = to;
    flags[size] = bits;
    offset[size] = bytes;
    object[size] = objectNumber;
    anonymous[size] = (int) Snapshot.UNKNOWN;
    resident[size] = (int) Snapshot.UNKNOWN;
    openFile[size] = (int) Snapshot.UNKNOWN;
    size++;
  }

  /** Flags of the last area. */
  public void flags(long bits) {
    flags[size - 1] = bits;
  }

  /** Pages of the last area: anonymous ones (present or swapped out), and those present. */
  public void pages(long anonymousPages, long residentPages) {
    anonymous[size - 1] = (int) Math.min(anonymousPages, Integer.MAX_VALUE);
    resident[size - 1] = (int) Math.min(residentPages, Integer.MAX_VALUE);
  }

  /** Number of the open file of the last area, the same for the same one. */
  public void openFile(int number) {
    openFile[size - 1] = number;
  }

  /** Takes the last area back: a reader found that its lines are not all there. */
  public void dropLast() {
    size--;
  }

  /** The snapshot. The builder is not used any more. */
  public Snapshot build() {
    grow(size);
    return new Snapshot(this);
  }

  private void grow(int length) {
    start = Arrays.copyOf(start, length);
    end = Arrays.copyOf(end, length);
    offset = Arrays.copyOf(offset, length);
    flags = Arrays.copyOf(flags, length);
    object = Arrays.copyOf(object, length);
    anonymous = Arrays.copyOf(anonymous, length);
    resident = Arrays.copyOf(resident, length);
    openFile = Arrays.copyOf(openFile, length);
  }

  long[] starts() {
    return start;
  }

  long[] ends() {
    return end;
  }

  long[] offsets() {
    return offset;
  }

  long[] flags() {
    return flags;
  }

  int[] objectNumbers() {
    return object;
  }

  int[] anonymousPages() {
    return anonymous;
  }

  int[] residentPages() {
    return resident;
  }

  int[] openFiles() {
    return openFile;
  }

  List<MappedObject> objects() {
    return List.copyOf(objects);
  }
}
