// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Advice;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailureRun;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.ThpPolicy;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Memory that runs out, in frames, tables and areas, at every point of one program: each step fails
 * cleanly or succeeds, the invariants hold after it, and at the end nothing is left.
 */
class ExhaustedMemoryTest {
  private static final long BASE = 0x100000000000L;

  /** Apart, so that each needs tables of its own. */
  private static final long APART = 1L << 31;

  private static final int PRIVATE = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED;

  /** Frames below 1 MiB, which are never given out. */
  private static final long RESERVED = 160;

  /** One program on one machine. */
  private static final class Program {
    final Machine machine;
    final Task task = new Task(new ResourceLimits(), -1L);
    final List<AddressSpace> spaces = new ArrayList<>();
    final OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.bytes(8));
    final AtomicInteger refused = new AtomicInteger();

    Program(long frames) {
      machine =
          new Machine(KernelConfig.standard().withMemory(RESERVED + frames, 0), Profile.LINUX_6_18);
      ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
      spaces.add(machine.newAddressSpace(layout, task));
    }

    interface Step {
      void run() throws ErrnoException;
    }

    /** A step may be refused for want of memory now or before, and for nothing else. */
    void step(Step step) {
      try {
        step.run();
      } catch (ErrnoException failed) {
        // EFAULT: what could not be mapped before is not there.
        assertThat(failed.errno()).isIn(Errno.ENOMEM, Errno.EAGAIN, Errno.EFAULT);
        refused.incrementAndGet();
      } catch (MemoryFault fault) {
        // What could not be mapped before is not there.
        assertThat(fault.reason()).isIn(MemoryFault.Cause.OUT_OF_MEMORY, MemoryFault.Cause.MAPERR);
        refused.incrementAndGet();
      }
      spaces.forEach(AddressSpace::verify);
      machine.verify();
    }

    void run() {
      AddressSpace space = spaces.getFirst();
      Syscalls calls = space.syscalls();
      long shared = BASE + APART;
      long copied = BASE + 2 * APART;
      long filled = BASE + 3 * APART;
      try (Cpu cpu = space.cpu()) {
        step(() -> Errno.check(calls.mmap(BASE, Pages.bytes(6), 3, PRIVATE, null, 0)));
        for (int i = 0; i < 6; i++) {
          long at = BASE + Pages.bytes(i);
          step(() -> cpu.storeLong(at, at));
        }
        step(() ->
            Errno.check(
                calls.mmap(shared, Pages.bytes(8), 3, MapFlags.SHARED | MapFlags.FIXED, file, 0)));
        step(() -> cpu.storeLong(shared + Pages.SIZE, 7));
        step(() -> file.inode().store(machine.kernel().memory(), Pages.bytes(3) - 4, new byte[8]));
        step(() ->
            Errno.check(
                calls.mmap(copied, Pages.bytes(8), 3, MapFlags.PRIVATE | MapFlags.FIXED, file, 0)));
        step(() -> cpu.storeLong(copied + Pages.SIZE, 8));
        step(() ->
            Errno.check(
                calls.mmap(filled, Pages.bytes(3), 3, PRIVATE | MapFlags.POPULATE, null, 0)));
        step(() -> Errno.check(calls.madvise(filled, Pages.bytes(3), Advice.POPULATE_WRITE)));
        step(() ->
            Errno.check(calls.madvise(filled + Pages.SIZE, Pages.SIZE, Advice.GUARD_INSTALL)));
        step(() -> space.pin(BASE, Pages.bytes(2), true).close());
        step(() -> spaces.add(space.fork(task)));
        step(() -> cpu.storeLong(BASE, 1));
        if (spaces.size() > 1) {
          try (Cpu its = spaces.get(1).cpu()) {
            step(() -> its.storeLong(BASE + Pages.SIZE, 2));
            step(() -> its.loadLong(copied + Pages.SIZE));
          }
        }
        step(() -> Errno.check(calls.mprotect(BASE + Pages.SIZE, Pages.SIZE, 1)));
        step(() -> Errno.check(calls.mremap(BASE, Pages.SIZE, Pages.SIZE, 3, BASE + 4 * APART)));
        step(() -> Errno.check(calls.munmap(BASE + Pages.bytes(2), Pages.SIZE)));
      }
    }

    void end() {
      spaces.forEach(AddressSpace::exit);
      file.inode().truncate(0);
      machine.verify();
      assertThat(machine.kernel().memory().allocatedPages())
          .as("but for the zeroes")
          .isIn(0L, 1L, 512L, 513L);
    }
  }

  @Test
  void framesRunOutAtEveryPoint() {
    int last = -1;
    for (int frames = 1; frames <= 40; frames++) {
      Program program = new Program(frames);
      program.run();
      program.end();
      last = program.refused.get();
      assertThat(frames > 1 || last > 0).as("a single frame is not enough").isTrue();
    }
    assertThat(last).as("40 frames are enough").isZero();
  }

  @Test
  void everyAllocationFailsOnce() {
    for (boolean huge : new boolean[] {false, true}) {
      List<FailureRun.Occurrence> tried =
          FailureRun.each(run -> {
            Program program = new Program(4096);
            if (huge) {
              program.machine.kernel().thp(ThpPolicy.ALWAYS);
            }
            program.machine.kernel().failures(run);
            program.run();
            program.end();
          });
      assertThat(tried).hasSizeGreaterThan(40);
    }
  }
}
