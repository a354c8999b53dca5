// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.jmh;

import dev.vmarea.Machine;
import dev.vmarea.Syscalls;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** mmap and munmap of one page: anonymous, and of files with each kind of hook. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class HookBenchmark {
  private static final long PLACE = 0x2000_0000_0000L;

  private Syscalls calls;
  private OpenFile prepared;
  private OpenFile legacy;

  /** An empty address space and two devices. */
  @Setup
  public void open() {
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = 0x7fff_f7ff_f000L;
    calls =
        new Machine(KernelConfig.standard(), Profile.SETTLED)
            .newAddressSpace(layout, Task.unprivileged())
            .syscalls();
    Inode inode = new Inode(Inode.Type.CHARACTER_DEVICE, new FileSystem("devtmpfs", false, false));
    DirectoryEntry entry = new DirectoryEntry("/dev/bench");
    MmapPrepare hook = descriptor -> {};
    LegacyMmap oldHook = (file, vma) -> {};
    prepared = new OpenFile(inode, entry, OpenFile.O_RDWR, hook);
    legacy = new OpenFile(inode, entry, OpenFile.O_RDWR, oldHook);
  }

  private long mapAndUnmap(OpenFile file, int flags) {
    long at = calls.mmap(PLACE, Pages.SIZE, Prot.READ, flags | MapFlags.FIXED, file, 0);
    return at + calls.munmap(PLACE, Pages.SIZE);
  }

  @Benchmark
  public long anonymous() {
    return mapAndUnmap(null, MapFlags.PRIVATE | MapFlags.ANONYMOUS);
  }

  @Benchmark
  public long prepareHook() {
    return mapAndUnmap(prepared, MapFlags.SHARED);
  }

  @Benchmark
  public long oldHook() {
    return mapAndUnmap(legacy, MapFlags.SHARED);
  }
}
