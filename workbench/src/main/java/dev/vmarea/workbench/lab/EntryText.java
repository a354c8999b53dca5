// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import dev.vmarea.Machine;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.EntryRun;

/**
 * Page-table entries in words. Which page frame a page of memory gets is nobody's business and left
 * out; frames that a driver remaps, a device's or its own, are told.
 */
final class EntryText {
  private EntryText() {}

  static Area.Entries of(Machine machine, Window window, EntryRun run) {
    PhysicalMemory ram = machine.kernel().memory();
    boolean memory = ram.isAllRam(run.firstPfn(), 1);
    boolean remapped =
        !memory || run.level() == 0 && run.special() && run.firstPfn() != ram.zeroPfnIfAny();
    String text =
        (run.level() > 0 ? "huge " : "")
            + (memory ? "memory " : "")
            + run.protection()
            + (run.special() ? " special" : "");
    long page = window.page(run.start());
    return new Area.Entries(page, window.page(run.end()), remapped ? run.firstPfn() : -1, text);
  }
}
