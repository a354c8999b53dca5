// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An empty address space and an accessor; afterwards no page may be left. */
class CpuLab {
  static final long BASE = 0x100000000000L;
  static final int PRIVATE = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED;

  Machine machine;
  AddressSpace space;
  Syscalls calls;
  Cpu cpu;

  @BeforeEach
  void begin() {
    machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1L));
    calls = space.syscalls();
    cpu = space.cpu();
  }

  @AfterEach
  void nothingIsLeft() {
    cpu.close();
    space.verify();
    space.exit();
    long zero = machine.kernel().memory().allocatedPages();
    assertThat(zero).as("pages left").isLessThanOrEqualTo(1); // the page of zeroes
  }

  static long at(long page) {
    return BASE + Pages.bytes(page);
  }

  void anonymous(long first, long end) {
    assertThat(calls.mmap(at(first), Pages.bytes(end - first), 3, PRIVATE, null, 0))
        .isEqualTo(at(first));
  }

  static void faults(MemoryFault.Cause cause, long address, Runnable access) {
    assertThatThrownBy(access::run)
        .isInstanceOfSatisfying(
            MemoryFault.class,
            fault -> {
              assertThat(fault.reason()).isEqualTo(cause);
              assertThat(fault.address()).isEqualTo(address);
            });
  }
}
