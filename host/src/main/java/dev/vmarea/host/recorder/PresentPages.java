// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/** Which pages a program begins with, from /proc/PID/pagemap. */
final class PresentPages {
  private static final int ENTRY_BYTES = 8;
  private static final long PAGE = 4096;
  private static final long PRESENT = 1L << 63;
  private static final long FILE = 1L << 61;
  private static final int MOST_PAGES = 1 << 20;

  private PresentPages() {}

  /** Writes the pages that are present in the areas of {@code maps}, of a stopped process. */
  static void tell(final int tgid, final List<String> maps, final TraceLog log) throws IOException {
    try (FileChannel pagemap = FileChannel.open(Path.of("/proc/" + tgid + "/pagemap"))) {
      for (final String line : maps) {
        final int dash = line.indexOf('-');
        final long start = Long.parseUnsignedLong(line.substring(0, dash), 16);
        final long end = Long.parseUnsignedLong(line.substring(dash + 1, line.indexOf(' ')), 16);
        if (start >= 0 && (end - start) / PAGE <= MOST_PAGES) {
          tell(tgid, start, entries(pagemap, start, end), log);
        }
      }
    } catch (final IOException hidden) {
      log.comment("# vmarea note " + tgid + " the pages that the program began with are not known");
    }
  }

  private static ByteBuffer entries(final FileChannel pagemap, final long start, final long end)
      throws IOException {
    final ByteBuffer entries =
        ByteBuffer.allocate((int) ((end - start) / PAGE) * ENTRY_BYTES)
            .order(ByteOrder.nativeOrder());
    final long at = start / PAGE * ENTRY_BYTES;
    while (entries.hasRemaining() && pagemap.read(entries, at + entries.position()) > 0) {
      // one read seldom brings all
    }
    return entries.flip();
  }

  private static void tell(
      final int tgid, final long start, final ByteBuffer entries, final TraceLog log)
      throws IOException {
    final int count = entries.limit() / ENTRY_BYTES;
    for (int from = 0; from < count; ) {
      final long kind = entries.getLong(from * ENTRY_BYTES) & (PRESENT | FILE);
      int to = from + 1;
      while (to < count && (entries.getLong(to * ENTRY_BYTES) & (PRESENT | FILE)) == kind) {
        to++;
      }
      if ((kind & PRESENT) != 0) {
        log.comment(
            "# vmarea pages "
                + tgid
                + " 0x"
                + Long.toHexString(start + from * PAGE)
                + "-0x"
                + Long.toHexString(start + to * PAGE)
                + ((kind & FILE) != 0 ? " file" : " anon"));
      }
      from = to;
    }
  }
}
