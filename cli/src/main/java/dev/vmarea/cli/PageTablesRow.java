// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.trace.pagetable.PageTableImage;

/** How large page tables are, in half a sentence. */
final class PageTablesRow {
  private PageTablesRow() {}

  /** Number of entries, what they map, and the table pages of each level. */
  static String of(PageTableImage image) {
    StringBuilder text = new StringBuilder();
    text.append(Counted.of(image.entries(), "entry", "entries"));
    text.append(" for ").append(Counted.bytes(image.bytes())).append("; table pages:");
    String separator = " ";
    for (PageTableImage.Level level : image.tables().reversed()) {
      text.append(separator).append(level.name()).append(' ').append(Counted.number(level.pages()));
      separator = ", ";
    }
    return text.toString();
  }
}
