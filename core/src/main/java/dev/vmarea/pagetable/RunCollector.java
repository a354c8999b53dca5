// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.PageProtection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sums entries up to {@link EntryRun}s. */
final class RunCollector implements EntryVisitor {
  private final TableTree tree;
  private final EntryFormat format;
  private final List<EntryRun> runs = new ArrayList<>();
  private @Nullable EntryRun last;

  RunCollector(TableTree tree, EntryFormat format) {
    this.tree = tree;
    this.format = format;
  }

  @Override
  public void visit(long address, int level, long entry) {
    long pfn = format.pfn(level, entry);
    PageProtection protection = format.protection(level, entry);
    boolean special = EntryFormat.isSpecial(entry);
    long end = address + tree.span(level);
    EntryRun run = last;
    if (run != null
        && run.end() == address
        && run.level() == level
        && run.special() == special
        && run.protection().equals(protection)
        && run.firstPfn() + ((address - run.start()) >>> tree.shift(0)) == pfn) {
      last = new EntryRun(run.start(), end, level, run.firstPfn(), protection, special);
      return;
    }
    flush();
    last = new EntryRun(address, end, level, pfn, protection, special);
  }

  private void flush() {
    if (last != null) {
      runs.add(last);
    }
  }

  List<EntryRun> finish() {
    flush();
    last = null;
    return runs;
  }
}
