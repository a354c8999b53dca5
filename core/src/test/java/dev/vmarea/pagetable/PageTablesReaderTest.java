// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.PhysicalMemory;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Readers without a lock beside a writer: each entry they see is one that was written there. */
class PageTablesReaderTest {
  private static final long PAGE = 0x1000;
  private static final long PMD = 0x20_0000;
  private static final long BASE = 0x7f00_0000_0000L;
  private static final long END = BASE + 2 * PMD;
  private static final PageProtection READ = Architecture.X86_64.protection(VmFlags.READ);
  private static final PageProtection WRITE =
      Architecture.X86_64.protection(VmFlags.WRITE | VmFlags.SHARED);

  private final PhysicalMemory memory = PhysicalMemory.standard(0x1000);
  private final PageTables tables = new PageTables(Architecture.X86_64, () -> false);
  private final AtomicLong seen = new AtomicLong();
  private volatile boolean done;

  /** Whether the entry is one that the writer stores at this place. */
  private void check(long address, int level, long entry) {
    long distance = (address - BASE) / PAGE;
    assertThat(tables.format().pfn(level, entry)).isEqualTo(0x200 + distance);
    assertThat(tables.format().protection(level, entry)).isIn(READ, WRITE);
    assertThat(EntryFormat.isSpecial(entry)).isTrue();
    seen.incrementAndGet();
  }

  private void write() throws ErrnoException {
    for (int round = 0; round < 30_000; round++) {
      if (round % 3 == 0) {
        tables.insertHuge(1, BASE, 0x200, 2, READ);
      } else {
        tables.fill(BASE, 0x200, 1024, READ, true);
      }
      tables.protect(BASE, END, WRITE);
      tables.zap(BASE, END, memory);
      tables.freeTables(BASE, END, 0, 0);
    }
  }

  private void read() {
    while (!done) {
      tables.walk(BASE, END, this::check);
      long entry = tables.entry(BASE + PMD);
      if (entry != 0) {
        boolean huge = (entry & PageProtection.HUGE) != 0;
        check(BASE + PMD, huge ? 1 : 0, entry);
      }
      assertThat(tables.entryLevel(BASE + PMD)).isBetween(-1, 1);
    }
  }

  @Test
  void seeOldEntriesOrNewOnes() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Callable<Void> reader =
          () -> {
            read();
            return null;
          };
      Future<Void> first = threads.submit(reader);
      Future<Void> second = threads.submit(reader);
      try {
        write();
      } finally {
        done = true;
      }
      first.get();
      second.get();
    }
    tables.verify();
    assertThat(seen).hasPositiveValue();
  }
}
