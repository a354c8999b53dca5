// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.pagetable;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.Pages;
import java.util.Locale;

/**
 * Page tables for people: below each line of the map a line for each run of entries, with range,
 * number and size of the entries, page frames (half-open), rights, cache mode, and {@code special}
 * where no page reference belongs to an entry.
 */
public final class PageTableText {
  private PageTableText() {}

  /** The map of {@code space} with its page tables. */
  public static String of(AddressSpace space) {
    return of(PageTableImage.of(space));
  }

  /** The text, bytes as ISO-8859-1; names in it are hostile. */
  public static String of(PageTableImage image) {
    StringBuilder text = new StringBuilder();
    for (PageTableImage.Area area : image.areas()) {
      text.append(area.mapsLine()).append('\n');
      for (PageTableImage.Run run : area.runs()) {
        text.append("  ").append(line(run)).append('\n');
      }
    }
    return text.toString();
  }

  private static String line(PageTableImage.Run run) {
    return String.format(
        Locale.ROOT,
        "%08x-%08x %6d x %-6s pfn 0x%x-0x%x  %s%s",
        run.entries().start(),
        run.entries().end(),
        run.count(),
        size(run.entrySize()),
        run.entries().firstPfn(),
        run.endPfn(Pages.SIZE),
        run.entries().protection(),
        run.entries().special() ? " special" : "");
  }

  /** A size of entries, such as 4 KiB. */
  public static String size(long bytes) {
    if (bytes >= 1 << 30) {
      return (bytes >> 30) + " GiB";
    }
    return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
  }
}
