// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a small C program printed of its own smaps on Linux 6.18.44, made again in the model. */
class SmapsTextTest {
  private static final long BASE = 0x100000000000L;

  private AddressSpace parent;
  private AddressSpace child;

  @BeforeEach
  void writeThreePagesReadAFourthForkAndWriteOne() throws Exception {
    Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    layout.startCode = 0x401000;
    layout.endCode = 0x402800;
    parent = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1L));
    int flags = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED;
    parent.syscalls().mmap(BASE, Pages.bytes(8), 3, flags, null, 0);
    try (Cpu cpu = parent.cpu()) {
      for (int page = 0; page < 3; page++) {
        cpu.storeByte(BASE + Pages.bytes(page), (byte) 1);
      }
      cpu.loadByte(BASE + Pages.bytes(3));
    }
    child = parent.fork(parent.task().copy());
    try (Cpu cpu = child.cpu()) {
      cpu.storeByte(BASE, (byte) 2);
      cpu.loadByte(BASE + Pages.SIZE);
    }
  }

  @AfterEach
  void end() {
    child.exit();
    parent.exit();
  }

  @Test
  void oneEntryOfSmaps() {
    assertThat(new String(SmapsText.of(child, vma -> false), StandardCharsets.US_ASCII))
        .isEqualTo(
            """
            100000000000-100000008000 rw-p 00000000 00:00 0\s
            Size:                 32 kB
            KernelPageSize:        4 kB
            MMUPageSize:           4 kB
            Rss:                  12 kB
            Pss:                   8 kB
            Pss_Dirty:             8 kB
            Shared_Clean:          0 kB
            Shared_Dirty:          8 kB
            Private_Clean:         0 kB
            Private_Dirty:         4 kB
            Referenced:            8 kB
            Anonymous:            12 kB
            KSM:                   0 kB
            LazyFree:              0 kB
            AnonHugePages:         0 kB
            ShmemPmdMapped:        0 kB
            FilePmdMapped:         0 kB
            Shared_Hugetlb:        0 kB
            Private_Hugetlb:       0 kB
            Swap:                  0 kB
            SwapPss:               0 kB
            Locked:                0 kB
            THPeligible:           0
            VmFlags: rd wr mr mw me ac\s
            """);
  }

  @Test
  void theSumOfAll() {
    assertThat(new String(SmapsText.rollup(parent), StandardCharsets.US_ASCII))
        .isEqualTo(
            """
            100000000000-100000008000 ---p 00000000 00:00 0                          [rollup]
            Rss:                  12 kB
            Pss:                   8 kB
            Pss_Dirty:             8 kB
            Pss_Anon:              8 kB
            Pss_File:              0 kB
            Pss_Shmem:             0 kB
            Shared_Clean:          0 kB
            Shared_Dirty:          8 kB
            Private_Clean:         0 kB
            Private_Dirty:         4 kB
            Referenced:           12 kB
            Anonymous:            12 kB
            KSM:                   0 kB
            LazyFree:              0 kB
            AnonHugePages:         0 kB
            ShmemPmdMapped:        0 kB
            FilePmdMapped:         0 kB
            Shared_Hugetlb:        0 kB
            Private_Hugetlb:       0 kB
            Swap:                  0 kB
            SwapPss:               0 kB
            Locked:                0 kB
            """);
  }

  @Test
  void linesOfStatusAndStatm() {
    assertThat(StatusText.status(parent))
        .contains("VmSize:\t      32 kB\n", "VmRSS:\t      12 kB\n", "RssAnon:\t      12 kB\n")
        .contains("RssFile:\t       0 kB\n", "RssShmem:\t       0 kB\n", "VmData:\t      32 kB\n");
    assertThat(StatusText.statm(parent)).isEqualTo("8 3 0 2 0 8 0\n");
  }
}
