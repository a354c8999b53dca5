// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.trace.pagetable.PageTableImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes leave of threads, processes and memory, and keeps what is to be reported of them. */
final class ProcessEnd {
  private final ProcessTable table;
  private final Following following;
  private final List<ProcessOutcome> outcomes = new ArrayList<>();
  private Runnable memoryGone = () -> {};
  private long processCount;
  private int peakVmas;
  private int vmasOfFirst;
  private @Nullable String finalMapOfFirst;
  private boolean withPageTables;
  private @Nullable PageTableImage pageTablesOfFirst;
  private boolean tablesLost;

  ProcessEnd(ProcessTable table, Following following) {
    this.table = table;
    this.following = following;
  }

  /** Tells {@code listener} whenever an address space is given up. */
  void onMemoryGone(Runnable listener) {
    memoryGone = listener;
  }

  /** Whether the first process's page tables are to be kept. */
  void showPageTables(boolean show) {
    withPageTables = show;
  }

  /** A thread is gone; with the last one its process is. */
  void threadGone(TracedThread thread, String remark) {
    TracedProcess process = thread.process;
    if (thread.pending != null) {
      process.memory.pending.remove(thread.pending);
    }
    table.remove(thread);
    if (process.threads.isEmpty()) {
      processGone(process, remark);
    }
    thread.left();
  }

  private void processGone(TracedProcess process, String remark) {
    TracedMemory memory = process.memory;
    processCount++;
    peakVmas = Math.max(peakVmas, memory.peak);
    if (process.first && memory.isKnown()) {
      vmasOfFirst = memory.vmas();
      finalMapOfFirst = new String(memory.mapsText(), StandardCharsets.ISO_8859_1);
      pageTablesOfFirst = withPageTables ? memory.pageTables() : null;
      tablesLost = memory.tablesLost;
    }
    if (outcomes.size() < ReplayReport.MAX_PROCESSES) {
      String why = memory.isKnown() ? remark : memory.unknownBecause();
      outcomes.add(
          new ProcessOutcome(
              process.pid,
              process.command,
              process.calls,
              process.skipped,
              memory.vmas(),
              memory.peak,
              process.comparison,
              why));
    }
    leaveMemory(process);
  }

  /** {@code process} no longer uses its memory. */
  void leaveMemory(TracedProcess process) {
    TracedMemory memory = process.memory;
    peakVmas = Math.max(peakVmas, memory.peak);
    if (--memory.users <= 0) {
      following.ended(memory);
      memory.release();
      memoryGone.run();
    }
  }

  List<ProcessOutcome> outcomes() {
    return outcomes;
  }

  long processCount() {
    return processCount;
  }

  int peakVmas() {
    return peakVmas;
  }

  int vmasOfFirst() {
    return vmasOfFirst;
  }

  @Nullable String finalMapOfFirst() {
    return finalMapOfFirst;
  }

  /** The first process's page tables, if they were to be kept and its memory is known. */
  @Nullable PageTableImage pageTablesOfFirst() {
    return pageTablesOfFirst;
  }

  /** Whether a difference made the replay drop what the page tables had held. */
  boolean tablesLost() {
    return tablesLost;
  }
}
