// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import dev.vmarea.base.VmFlags;
import dev.vmarea.trace.text.Numbers;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The text of {@code /proc/PID/maps} for the VMAs of a model, byte for byte what the kernel prints
 * (mm-semantics 8.1). Add VMAs in order of address, then take the bytes. Not thread-safe.
 */
public final class MapsText {
  /** The pseudo line that x86-64 kernels print last for the legacy page at the top. */
  public static final String VSYSCALL_LINE =
      "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0" + "                  [vsyscall]\n";

  static final int NAME_COLUMN = 73;
  private static final String DELETED_WORD = " (deleted)";
  private static final byte[] DELETED = DELETED_WORD.getBytes(StandardCharsets.US_ASCII);

  private final MapsLayout layout;
  private byte[] out = new byte[8192];
  private int size;
  private @Nullable DirectoryEntry cachedEntry;
  private @Nullable String cachedPath;
  private byte[] cachedName = new byte[0];

  /** A text without lines. */
  public MapsText(MapsLayout layout) {
    this.layout = layout;
  }

  /** Adds the line of {@code vma}. */
  public void add(Vma vma) {
    ensure(128);
    int from = size;
    int p = Numbers.putHex(out, size, vma.start(), 8);
    out[p++] = '-';
    p = Numbers.putHex(out, p, vma.end(), 8);
    long flags = vma.flags();
    out[p++] = ' ';
    out[p++] = (byte) ((flags & VmFlags.READ) != 0 ? 'r' : '-');
    out[p++] = (byte) ((flags & VmFlags.WRITE) != 0 ? 'w' : '-');
    out[p++] = (byte) ((flags & VmFlags.EXEC) != 0 ? 'x' : '-');
    out[p++] = (byte) ((flags & VmFlags.MAYSHARE) != 0 ? 's' : 'p');
    out[p++] = ' ';
    OpenFile file = shown(vma);
    Inode inode = file == null ? null : file.inode();
    p = Numbers.putHex(out, p, inode == null ? 0 : vma.pgoff() << 12, 8);
    out[p++] = ' ';
    p = Numbers.putHex(out, p, inode == null ? 0 : inode.deviceMajor(), 2);
    out[p++] = ':';
    p = Numbers.putHex(out, p, inode == null ? 0 : inode.deviceMinor(), 2);
    out[p++] = ' ';
    p = putDecimal(p, inode == null ? 0 : inode.number());
    out[p++] = ' ';
    size = p;
    name(vma, from);
    ensure(1);
    out[size++] = '\n';
  }

  /** Adds the line of the legacy page. */
  public void addVsyscall() {
    byte[] line = VSYSCALL_LINE.getBytes(StandardCharsets.US_ASCII);
    ensure(line.length);
    System.arraycopy(line, 0, out, size, line.length);
    size += line.length;
  }

  /** What maps shows for {@code file}: path with newlines escaped, "(deleted)" if it is. */
  public static String shownName(OpenFile file) {
    return file.entry().display().replace("\n", "\\012");
  }

  /** Number of bytes so far. */
  public int size() {
    return size;
  }

  /** The text so far. */
  public byte[] toBytes() {
    return Arrays.copyOf(out, size);
  }

  /**
   * Hands the text so far to {@code target} and starts over, for maps that need not be in memory.
   */
  public void drainTo(OutputStream target) throws IOException {
    target.write(out, 0, size);
    size = 0;
  }

  /** The file that the line of {@code vma} shows, or null. */
  public static @Nullable OpenFile shown(Vma vma) {
    OpenFile file = vma.file();
    return file == null ? null : file.shown();
  }

  /** The name that the line of {@code vma} ends with, bytes as ISO-8859-1; empty without one. */
  public static String name(Vma vma, MapsLayout layout) {
    OpenFile file = shown(vma);
    String given = file == null ? otherName(vma, layout) : vma.extras().name();
    if (file == null) {
      return given == null ? "" : given;
    }
    String path = escaped(file.entry().path());
    return given != null
        ? "[anon_shmem:" + given + "]"
        : file.entry().isDeleted() ? path + DELETED_WORD : path;
  }

  private void name(Vma vma, int lineStart) {
    OpenFile file = shown(vma);
    if (file != null) {
      String anonName = vma.extras().name();
      if (anonName != null) {
        column(lineStart);
        put(("[anon_shmem:" + anonName + "]").getBytes(StandardCharsets.ISO_8859_1));
        return;
      }
      column(lineStart);
      put(path(file.entry()));
      if (file.entry().isDeleted()) {
        put(DELETED);
      }
      return;
    }
    String other = otherName(vma, layout);
    if (other != null) {
      column(lineStart);
      put(other.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  // Of an area without a file, or null.
  private static @Nullable String otherName(Vma vma, MapsLayout layout) {
    VmOperations ops = vma.ops();
    String special = ops == null ? null : ops.name(vma);
    if (special != null) {
      return special;
    }
    if (vma.start() < layout.brk() && vma.end() > layout.startBrk()) {
      return "[heap]";
    }
    if (vma.start() <= layout.startStack() && vma.end() >= layout.startStack()) {
      return "[stack]";
    }
    String given = vma.extras().name();
    return given == null ? null : "[anon:" + given + "]";
  }

  private static String escaped(String path) {
    return path.replace("\n", "\\012");
  }

  // Neighbouring VMAs mostly show the same file, so its escaped path is kept.
  private byte[] path(DirectoryEntry entry) {
    String path = entry.path();
    if (entry != cachedEntry || !path.equals(cachedPath)) {
      cachedEntry = entry;
      cachedPath = path;
      cachedName = escaped(path).getBytes(StandardCharsets.ISO_8859_1);
    }
    return cachedName;
  }

  private void column(int lineStart) {
    int target = Math.max(lineStart + NAME_COLUMN, size);
    ensure(target - size);
    Arrays.fill(out, size, target, (byte) ' ');
    size = target;
  }

  private void put(byte[] bytes) {
    ensure(bytes.length);
    System.arraycopy(bytes, 0, out, size, bytes.length);
    size += bytes.length;
  }

  private int putDecimal(int at, long value) {
    if (value >= 0 && value < 10) {
      out[at] = (byte) ('0' + value);
      return at + 1;
    }
    byte[] digits = Long.toUnsignedString(value).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(digits, 0, out, at, digits.length);
    return at + digits.length;
  }

  private void ensure(int more) {
    if (out.length - size < more) {
      out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
    }
  }
}
