// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * VMAs from the text of /proc/PID/maps, for kernels without the query. The text is read once
 * between two changes.
 */
final class MapsTextLookup implements VmaLookup {
  private final Path maps;
  private @Nullable List<VmaBounds> vmas;

  MapsTextLookup(final int tgid) {
    this.maps = Path.of("/proc/" + tgid + "/maps");
  }

  @Override
  public @Nullable VmaBounds atOrAbove(final long address) {
    if (vmas == null) {
      vmas = read();
    }
    int low = 0;
    int high = vmas.size();
    while (low < high) {
      final int middle = (low + high) >>> 1;
      if (vmas.get(middle).end() <= address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < vmas.size() ? vmas.get(low) : null;
  }

  private List<VmaBounds> read() {
    try {
      return parse(new String(Files.readAllBytes(maps), StandardCharsets.ISO_8859_1));
    } catch (final IOException gone) {
      return List.of();
    }
  }

  /** The VMAs of a text in the format of /proc/PID/maps; lines that are none are skipped. */
  static List<VmaBounds> parse(final String text) {
    final List<VmaBounds> vmas = new ArrayList<>();
    text.lines()
        .forEach(line -> {
          final int dash = line.indexOf('-');
          final int space = line.indexOf(' ');
          if (dash <= 0 || space <= dash || line.length() < space + 5) {
            return;
          }
          try {
            final long start = Long.parseUnsignedLong(line, 0, dash, 16);
            final long end = Long.parseUnsignedLong(line, dash + 1, space, 16);
            if (start >= 0 && end > start) {
              vmas.add(
                  new VmaBounds(
                      start,
                      end,
                      line.charAt(space + 2) == 'w',
                      line.charAt(space + 4) == 's',
                      !line.contains(" 00:00 0 "),
                      OddNames.isOdd(name(line))));
            }
          } catch (final NumberFormatException notAMapping) {
            // a line of something else
          }
        });
    return List.copyOf(vmas);
  }

  private static byte[] name(final String line) {
    final String[] fields = line.split(" +", 6);
    return fields.length < 6 ? new byte[0] : fields[5].getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void changed() {
    vmas = null;
  }

  @Override
  public void close() {
    vmas = null;
  }
}
