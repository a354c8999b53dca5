// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code /proc/PID/maps}: the range {@code [start, end)} and what is mapped there.
 *
 * @param start first address
 * @param end address behind the last; compared without sign
 * @param perms four characters: {@code r w x} or {@code -}, then {@code s} (shared) or {@code p}
 * @param offset byte offset in the file, 0 without a file
 * @param major device number, major part
 * @param minor device number, minor part
 * @param inode inode number, unsigned; 0 without a file
 * @param name the name as printed, its bytes as ISO-8859-1, {@code \012} for a newline; null when
 *     the line has none. Hostile: escape it before printing
 */
public record MapsEntry(
    long start,
    long end,
    String perms,
    long offset,
    int major,
    int minor,
    long inode,
    @Nullable String name) {

  /** Checks the shape of what a line can hold. */
  public MapsEntry {
    if (Long.compareUnsigned(start, end) >= 0) {
      throw new IllegalArgumentException("empty range");
    }
    if (!validPerms(perms)) {
      throw new IllegalArgumentException("bad permissions");
    }
    if (name != null && (name.isEmpty() || name.indexOf('\n') >= 0)) {
      throw new IllegalArgumentException("bad name");
    }
  }

  static boolean validPerms(String p) {
    return p.length() == 4
        && (p.charAt(0) == 'r' || p.charAt(0) == '-')
        && (p.charAt(1) == 'w' || p.charAt(1) == '-')
        && (p.charAt(2) == 'x' || p.charAt(2) == '-')
        && (p.charAt(3) == 's' || p.charAt(3) == 'p');
  }

  /** Whether the mapping is readable. */
  public boolean readable() {
    return perms.charAt(0) == 'r';
  }

  /** Whether the mapping is writable. */
  public boolean writable() {
    return perms.charAt(1) == 'w';
  }

  /** Whether the mapping is executable. */
  public boolean executable() {
    return perms.charAt(2) == 'x';
  }

  /** Whether the mapping was asked for with MAP_SHARED (prints {@code s}). */
  public boolean shared() {
    return perms.charAt(3) == 's';
  }

  /** Length in bytes. */
  public long length() {
    return end - start;
  }

  /** Whether this is the pseudo line {@code [vsyscall]}, which is no VMA. */
  public boolean vsyscall() {
    return "[vsyscall]".equals(name);
  }

  /**
   * Parses one line, without its newline.
   *
   * @param source file name for the message
   * @param lineNumber line number for the message
   */
  public static MapsEntry parse(byte[] line, int from, int to, String source, long lineNumber)
      throws MapsFormatException {
    return new MapsLineParser(line, from, to, source, lineNumber).parse();
  }

  /** Writes the line with its newline, as the kernel prints it. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(toBytes());
    out.write('\n');
  }

  /** The line as the kernel prints it, without a newline. */
  public byte[] toBytes() {
    return MapsLineWriter.line(this);
  }
}
