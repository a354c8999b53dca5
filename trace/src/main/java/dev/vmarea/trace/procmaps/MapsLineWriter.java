// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import dev.vmarea.trace.text.Numbers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Lays out one line of maps. */
final class MapsLineWriter {
  /** Names start one column behind this one, or behind a longer head. */
  static final int NAME_PAD = 72;

  private static final int LONGEST_HEAD = 120;

  private MapsLineWriter() {}

  static byte[] line(MapsEntry e) {
    String name = e.name();
    byte[] out = new byte[LONGEST_HEAD + (name == null ? 0 : name.length() + 1)];
    int n = Numbers.putHex(out, 0, e.start(), 8);
    out[n++] = '-';
    n = Numbers.putHex(out, n, e.end(), 8);
    out[n++] = ' ';
    for (int i = 0; i < 4; i++) {
      out[n++] = (byte) e.perms().charAt(i);
    }
    out[n++] = ' ';
    n = Numbers.putHex(out, n, e.offset(), 8);
    out[n++] = ' ';
    n = Numbers.putHex(out, n, e.major() & 0xffffffffL, 2);
    out[n++] = ':';
    n = Numbers.putHex(out, n, e.minor() & 0xffffffffL, 2);
    out[n++] = ' ';
    byte[] inode = Long.toUnsignedString(e.inode()).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(inode, 0, out, n, inode.length);
    n += inode.length;
    out[n++] = ' ';
    if (name != null) {
      while (n <= NAME_PAD - 1) {
        out[n++] = ' ';
      }
      out[n++] = ' ';
      byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
      System.arraycopy(bytes, 0, out, n, bytes.length);
      n += bytes.length;
    }
    return Arrays.copyOf(out, n);
  }
}
