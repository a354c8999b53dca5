// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.trace.text.Numbers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads the first line of an area, as maps prints it. Neighbours often show the same object. */
final class AreaHead {
  private static final long MAY = VmFlags.MAYREAD | VmFlags.MAYWRITE | VmFlags.MAYEXEC;

  /** Names start one column behind this one, or behind a longer head. */
  private static final int NAME_PAD = 72;

  private static final String VSYSCALL = "[vsyscall]";

  private final SnapshotBuilder areas;
  private byte[] b = new byte[0];
  private int p;
  private int to;
  private long value;
  private byte[] lastObject = new byte[0];
  private int lastNumber = -1;
  private boolean vsyscall;
  private long end;

  AreaHead(SnapshotBuilder areas) {
    this.areas = areas;
  }

  /** Whether the last line was that of the legacy page, which is no area. */
  boolean isVsyscall() {
    return vsyscall;
  }

  /**
   * Adds the area.
   *
   * @return what is wrong with the line, or null
   */
  @Nullable String add(byte[] bytes, int from, int until) {
    b = bytes;
    p = from;
    to = until;
    vsyscall = false;
    if (!hex('-')) {
      return "an area expected, START-END";
    }
    long start = value;
    if (!hex(' ')) {
      return "an area expected, START-END";
    }
    long stop = value;
    if (Long.compareUnsigned(start, stop) >= 0) {
      return "the range is empty";
    }
    if (((start | stop) & Pages.OFFSET_MASK) != 0) {
      return "the range is not of whole pages of 4096 bytes";
    }
    if (p + 5 > to || b[p + 4] != ' ' || !isMode()) {
      return "permissions expected, such as rw-p";
    }
    long flags = flags();
    p += 5;
    if (!hex(' ')) {
      return "an offset expected";
    }
    long offset = value;
    int object = p;
    if (!hex(':')) {
      return "a device expected, MAJOR:MINOR";
    }
    long major = value;
    if (!hex(' ')) {
      return "a device expected, MAJOR:MINOR";
    }
    long minor = value;
    int digits = p;
    while (p < to && Numbers.isDigit(b[p])) {
      p++;
    }
    if (p == digits || p < to && b[p] != ' ' || !Numbers.isNumber(b, digits, p)) {
      return "an inode expected";
    }
    if (Long.compareUnsigned(start, end) < 0) {
      return "the range lies below the end of the one before";
    }
    int number = number(object, digits, from, major, minor);
    if (vsyscall) {
      return null;
    }
    end = stop;
    areas.add(start, stop, flags, offset, number);
    return null;
  }

  private int number(int object, int digits, int from, long major, long minor) {
    // Equal texts show equal objects; only the padding of the name may differ.
    if (lastNumber >= 0 && Arrays.equals(lastObject, 0, lastObject.length, b, object, to)) {
      return lastNumber;
    }
    String name = name(from);
    if (name.equals(VSYSCALL)) {
      vsyscall = true;
      return -1;
    }
    long inode = Numbers.parse(b, digits, p);
    lastObject = Arrays.copyOfRange(b, object, to);
    lastNumber =
        areas.number(
            major == 0 && minor == 0 && inode == 0 && name.isEmpty()
                ? MappedObject.ANONYMOUS
                : new MappedObject((int) major, (int) minor, inode, name));
    return lastNumber;
  }

  private String name(int from) {
    int at = from + Math.max(NAME_PAD, Math.min(p + 1, to) - from) + 1;
    for (int q = p; q < Math.min(at, to); q++) {
      if (b[q] != ' ') {
        at = q;
      }
    }
    return at >= to ? "" : new String(b, at, to - at, StandardCharsets.ISO_8859_1);
  }

  private boolean hex(char stop) {
    value = 0;
    int first = p;
    for (int d; p < to && (d = Numbers.hexDigit(b[p])) >= 0; p++) {
      value = value << 4 | d;
    }
    int digits = p - first;
    if (digits == 0 || digits > 16 || p >= to || b[p] != stop) {
      return false;
    }
    p++;
    return true;
  }

  private boolean isMode() {
    return (b[p] == 'r' || b[p] == '-')
        && (b[p + 1] == 'w' || b[p + 1] == '-')
        && (b[p + 2] == 'x' || b[p + 2] == '-')
        && (b[p + 3] == 's' || b[p + 3] == 'p');
  }

  /** What the permissions say; which of the others are set is not shown. */
  private long flags() {
    return MAY
        | (b[p] == 'r' ? VmFlags.READ : 0)
        | (b[p + 1] == 'w' ? VmFlags.WRITE : 0)
        | (b[p + 2] == 'x' ? VmFlags.EXEC : 0)
        | (b[p + 3] == 's' ? VmFlags.SHARED | VmFlags.MAYSHARE : 0);
  }
}
