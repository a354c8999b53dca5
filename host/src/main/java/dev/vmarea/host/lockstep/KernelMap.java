// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.vmarea.base.VmFlags;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SyscallNumbers;
import dev.vmarea.host.nativecalls.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel shows of an address space: the lines of maps with the flags of smaps, and the
 * sizes of status. smaps begins every area with its line of maps, so one file tells both.
 *
 * <p>Reused from step to step; confined to the thread that made it.
 */
final class KernelMap implements AutoCloseable {
  private static final int CHUNK = 1 << 16;
  private static final int MNEMONICS = 32 * 32;
  private static final int COUNTERS = SmapsCounter.values().length;
  private static final long[] BIT_BY_LETTERS = bitByLetters();

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment chunk = arena.allocate(CHUNK);
  private final long preadNumber = SyscallNumbers.host().number(SystemCall.PREAD64);
  private byte[] text = new byte[CHUNK];
  private byte[] maps = new byte[CHUNK];
  private int mapsSize;
  private long[] flags = new long[128];

  /** Kilobytes, {@link #COUNTERS} numbers for each area. */
  private long[] counters = new long[128 * COUNTERS];

  /** Which counter each line of an entry is, -1 for none; the kernel prints all entries alike. */
  private int @Nullable [] lineCounters;

  private int areas;
  private long total;
  private long locked;
  private long data;
  private long stack;

  private static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static long[] bitByLetters() {
    final long[] bits = new long[MNEMONICS];
    for (int bit = 0; bit < Long.SIZE; bit++) {
      final String name = VmFlags.mnemonic(bit);
      if (name.length() == 2 && !name.equals("??")) {
        bits[letters(name.charAt(0), name.charAt(1))] = 1L << bit;
      }
    }
    return bits;
  }

  private static int letters(final int a, final int b) {
    return (a & 31) << 5 | b & 31;
  }

  /** Opens a file of a process; it stays with the address space that the process has now. */
  static int open(final int pid, final String name) throws IOException {
    try (Arena local = Arena.ofConfined()) {
      final long descriptor =
          NativeCalls.syscall(
              SystemCall.OPENAT,
              -100,
              NativeCalls.cString(local, bytes("/proc/" + pid + "/" + name)).address(),
              0x80000,
              0,
              0,
              0);
      if (descriptor < 0) {
        throw new IOException("/proc/" + pid + "/" + name + ": errno=" + -descriptor);
      }
      return (int) descriptor;
    }
  }

  /** Reads what descriptors of smaps and status tell now. */
  void read(final int smaps, final int status) throws IOException {
    parseSmaps(load(smaps));
    parseStatus(load(status));
  }

  /** Reads what descriptors of maps and status tell now: without flags, but ten times as fast. */
  void readWithoutFlags(final int mapsFile, final int status) throws IOException {
    mapsSize = load(mapsFile);
    areas = -1;
    if (maps.length < mapsSize) {
      maps = new byte[text.length];
    }
    System.arraycopy(text, 0, maps, 0, mapsSize);
    parseStatus(load(status));
  }

  private int load(final int descriptor) throws IOException {
    int size = 0;
    while (true) {
      final long got =
          NativeCalls.syscall(preadNumber, descriptor, chunk.address(), CHUNK, size, 0, 0);
      if (got < 0) {
        throw new IOException("a file of /proc cannot be read: errno=" + -got);
      }
      if (got == 0) {
        return size;
      }
      if (size + got > text.length) {
        text = Arrays.copyOf(text, Math.max(text.length * 2, size + CHUNK));
      }
      MemorySegment.copy(chunk, JAVA_BYTE, 0, text, size, (int) got);
      size += (int) got;
    }
  }

  private void parseSmaps(final int size) {
    mapsSize = 0;
    areas = 0;
    int[] known = lineCounters;
    if (known == null) {
      known = learnLines(size);
      lineCounters = known;
    }
    int line = 0;
    for (int at = 0; at < size; ) {
      int end = at;
      while (text[end] != '\n') {
        end++;
      }
      final byte first = text[at];
      if (first < 'A' || first > 'Z') { // a hexadecimal address in small letters
        keepLine(at, end + 1);
        if (areas == flags.length) {
          flags = Arrays.copyOf(flags, areas * 2);
          counters = Arrays.copyOf(counters, areas * 2 * COUNTERS);
        }
        line = 0;
      } else if (line < known.length) {
        if (known[line] >= 0) {
          counters[areas * COUNTERS + known[line]] = lastNumber(end);
        }
        line++;
      } else { // VmFlags is the last one
        keepFlags(at + "VmFlags:".length(), end);
      }
      at = end + 1;
    }
  }

  /** The lines of the first entry, up to its flags. */
  private int[] learnLines(final int size) {
    final String[] lines = new String(text, 0, size, StandardCharsets.ISO_8859_1).split("\n");
    final int[] found = new int[lines.length];
    int count = 0;
    while (!lines[count + 1].startsWith("VmFlags:")) {
      final String entry = lines[count + 1];
      found[count++] = SmapsCounter.ordinal(entry.substring(0, entry.indexOf(':')));
    }
    return Arrays.copyOf(found, count);
  }

  /** The number in a line that ends with " kB". */
  private long lastNumber(final int lineEnd) {
    long value = 0;
    long unit = 1;
    for (int at = lineEnd - 4; text[at] >= '0' && text[at] <= '9'; at--) {
      value += (text[at] - '0') * unit;
      unit *= 10;
    }
    return value;
  }

  private void keepLine(final int from, final int to) {
    if (mapsSize + to - from > maps.length) {
      maps = Arrays.copyOf(maps, maps.length * 2);
    }
    System.arraycopy(text, from, maps, mapsSize, to - from);
    mapsSize += to - from;
  }

  private void keepFlags(final int from, final int to) {
    long bits = 0;
    for (int at = from; at + 2 < to; at += 3) {
      bits |= BIT_BY_LETTERS[letters(text[at + 1], text[at + 2])];
    }
    flags[areas++] = bits;
  }

  private void parseStatus(final int size) {
    final byte[] label = new byte[6];
    for (int at = 0; at < size; ) {
      int end = at;
      while (text[end] != '\n') {
        end++;
      }
      if (text[at] == 'V' && text[at + 1] == 'm' && end - at > label.length) {
        System.arraycopy(text, at, label, 0, label.length);
        final long kilobytes = number(at + label.length, end);
        switch (new String(label, StandardCharsets.US_ASCII)) {
          case "VmSize" -> total = kilobytes;
          case "VmLck:" -> locked = kilobytes;
          case "VmData" -> data = kilobytes;
          case "VmStk:" -> stack = kilobytes;
          default -> {}
        }
      }
      at = end + 1;
    }
  }

  private long number(final int from, final int to) {
    long value = 0;
    for (int at = from; at < to; at++) {
      final int digit = text[at] - '0';
      if (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
      }
    }
    return value;
  }

  /** Whether the lines of maps are these. */
  boolean sameMaps(final byte[] expected) {
    return expected.length == mapsSize && Arrays.equals(expected, 0, mapsSize, maps, 0, mapsSize);
  }

  /** The lines of maps. */
  byte[] maps() {
    return Arrays.copyOf(maps, mapsSize);
  }

  /** Number of areas that have flags; -1 if flags were not read. */
  int areas() {
    return areas;
  }

  /** The flags of the area with this number, in order of address. */
  long flags(final int area) {
    return flags[area];
  }

  /** A counter of that area, in kilobytes. */
  long counter(final int area, final SmapsCounter counter) {
    return counters[area * COUNTERS + counter.ordinal()];
  }

  /** VmSize in kilobytes. */
  long total() {
    return total;
  }

  /** VmLck in kilobytes. */
  long locked() {
    return locked;
  }

  /** VmData in kilobytes. */
  long data() {
    return data;
  }

  /** VmStk in kilobytes. */
  long stack() {
    return stack;
  }

  @Override
  public void close() {
    arena.close();
  }
}
