// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.Pages;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Counters;
import dev.vmarea.space.MemoryUsage;
import dev.vmarea.space.ProgramLayout;
import java.util.Locale;

/**
 * What {@code /proc/PID/status} and {@code statm} say of an address space of a model, as the kernel
 * prints it. Of {@code status} the lines that follow from the present: not {@code VmPeak} and
 * {@code VmHWM}, which are of the past, nor {@code VmPin}.
 */
public final class StatusText {
  private StatusText() {}

  /** The lines of {@code status}, in its order. */
  public static String status(AddressSpace space) {
    Counters counters = space.mm().counters();
    MemoryUsage usage = space.usage();
    PageTables tables = space.pageTables();
    long text = Pages.bytes(textPages(space.layout()));
    long executable = Pages.bytes(counters.execVm());
    StringBuilder out = new StringBuilder(512);
    line(out, "VmSize", Pages.bytes(counters.totalVm()));
    line(out, "VmLck", Pages.bytes(counters.lockedVm()));
    line(out, "VmRSS", usage.rss());
    line(out, "RssAnon", usage.anonymous());
    line(out, "RssFile", usage.file());
    line(out, "RssShmem", usage.shmem());
    line(out, "VmData", Pages.bytes(counters.dataVm()));
    line(out, "VmStk", Pages.bytes(counters.stackVm()));
    line(out, "VmExe", Math.min(text, executable));
    line(out, "VmLib", executable - Math.min(text, executable));
    line(out, "VmPTE", tables == null ? 0 : Pages.bytes(tables.tablePages()));
    line(out, "VmSwap", 0);
    return out.toString();
  }

  /** The line of {@code statm}: pages in all, resident, of files, of text, 0, of data, 0. */
  public static String statm(AddressSpace space) {
    Counters counters = space.mm().counters();
    MemoryUsage usage = space.usage();
    return counters.totalVm()
        + " "
        + Pages.count(usage.rss())
        + " "
        + Pages.count(usage.file() + usage.shmem())
        + " "
        + textPages(space.layout())
        + " 0 "
        + (counters.dataVm() + counters.stackVm())
        + " 0\n";
  }

  private static long textPages(ProgramLayout layout) {
    return Pages.count(Pages.ceil(layout.endCode) - Pages.floor(layout.startCode));
  }

  private static void line(StringBuilder out, String name, long bytes) {
    out.append(String.format(Locale.ROOT, "%s:\t%8d kB\n", name, bytes >>> 10));
  }
}
