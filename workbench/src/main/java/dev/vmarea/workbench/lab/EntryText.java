// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import dev.vmarea.Machine;
import dev.vmarea.pagetable.EntryRun;

/**
 * Page-table entries in words. Page frames of memory are left out, since which one a page gets is
 * nobody's business; those of devices are told.
 */
final class EntryText {
  private EntryText() {}

  static Area.Entries of(Machine machine, Window window, EntryRun run) {
    boolean memory = machine.kernel().memory().isAllRam(run.firstPfn(), 1);
    String text =
        (run.level() > 0 ? "huge " : "")
            + (memory ? "memory " : "")
            + run.protection()
            + (run.special() ? " special" : "");
    long page = window.page(run.start());
    return new Area.Entries(page, window.page(run.end()), memory ? -1 : run.firstPfn(), text);
  }
}
