// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.jmh;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.image.ImageResolver;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * An address space of 65,000 VMAs without or with 1 GiB of written pages: verified, saved to a file
 * and restored.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 4, time = 2)
@Fork(1)
public class ImageBenchmark {
  private static final long PLACE = 0x1000_0000_0000L;
  private static final int VMAS = 65_000;

  /** MiB of pages that were written. */
  @Param({"0", "1024"})
  private int written;

  private Machine machine;
  private Machine other;
  private AddressSpace space;
  private Path file;

  /** Makes the address space and saves it once. */
  @Setup
  public void make() throws Exception {
    machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    other = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = 0x7fff_f7ff_f000L;
    space = machine.newAddressSpace(layout, Task.unprivileged());
    long pages = Math.max(1, (written << 8) / VMAS + 1);
    try (Cpu cpu = space.cpu()) {
      long left = (long) written << 8;
      for (int i = 0; i < VMAS; i++) {
        long at = PLACE + Pages.bytes(i * (pages + 1));
        int flags = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED;
        check(space.syscalls().mmap(at, Pages.bytes(pages), 3, flags, null, 0) == at);
        for (int page = 0; page < pages && left > 0; page++, left--) {
          cpu.storeLong(at + Pages.bytes(page), at + page);
        }
      }
    }
    check(space.mapCount() == VMAS);
    file = Files.createTempFile("vmarea", ".image");
    space.save(file);
  }

  private static void check(boolean holds) {
    if (!holds) {
      throw new IllegalStateException("not what is to be measured");
    }
  }

  /** Removes the file. */
  @TearDown
  public void remove() throws Exception {
    Files.delete(file);
  }

  /** All invariants of the address space. */
  @Benchmark
  public void verify() {
    space.verify();
  }

  /** All references to page frames of the machine. */
  @Benchmark
  public void verifyMachine() {
    machine.verify();
  }

  /** Saves it to a file. */
  @Benchmark
  public void save() throws Exception {
    space.save(file);
  }

  /** Restores it from a file, and ends it. */
  @Benchmark
  public void restore() throws Exception {
    other.restore(file, Task.unprivileged(), ImageResolver.REBUILD).exit();
  }
}
