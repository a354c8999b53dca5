// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A machine on which one hook is tried: pages are counted from a base address. */
final class HookLab {
  private static final int FIXED = MapFlags.FIXED;

  final Machine machine;
  final AddressSpace space;
  final List<KernelWarning> warnings = new ArrayList<>();
  final long base;

  HookLab(Profile profile) {
    this(profile, Architecture.X86_64);
  }

  HookLab(Profile profile, Architecture architecture) {
    boolean small = architecture.hasMmu() && architecture.addressLimit() < 1L << 32;
    KernelConfig config = KernelConfig.standard();
    base = small ? 0x10000000L : 0x100000000000L;
    if (small) {
      config = config.withTaskSize(architecture.addressLimit());
    }
    machine = new Machine(config, profile, architecture);
    machine.kernel().warnings(warnings::add);
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = base + (1 << 28);
    layout.legacyBase = base;
    space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1L));
  }

  static OpenFile file(FileOperations operations) {
    return file("/dev/lab", operations);
  }

  static OpenFile file(String path, FileOperations operations) {
    Inode inode = new Inode(Inode.Type.CHARACTER_DEVICE, new FileSystem("devtmpfs", false, false));
    return new OpenFile(inode, new DirectoryEntry(path), OpenFile.O_RDWR, operations);
  }

  static OpenFile prepared(MmapPrepare hook) {
    return file(hook);
  }

  /** A file that hands its mappings on to {@code inner}. */
  static OpenFile stackedOn(OpenFile inner) {
    LegacyMmap stacked = (file, vma) -> vma.mapThrough(inner);
    return file("/stacked", stacked);
  }

  long privately(OpenFile file, long first, long end) {
    return map(file, first, end, MapFlags.PRIVATE);
  }

  long shared(OpenFile file, long first, long end) {
    return map(file, first, end, MapFlags.SHARED);
  }

  long anonymous(long first, long end) {
    return map(null, first, end, MapFlags.PRIVATE | MapFlags.ANONYMOUS);
  }

  private long map(@Nullable OpenFile file, long first, long end, int flags) {
    return space
        .syscalls()
        .mmap(
            at(first),
            Pages.bytes(end - first),
            Prot.READ | Prot.WRITE,
            flags | FIXED,
            file,
            file == null ? 0 : Pages.bytes(first));
  }

  /** Runs {@code call} with a step that fails. */
  long failing(FailurePlan plan, java.util.function.LongSupplier call) {
    machine.kernel().failures(plan);
    try {
      return call.getAsLong();
    } finally {
      machine.kernel().failures(FailurePlan.NONE);
    }
  }

  /** Nothing of a failed call on page 0 is left, old mappings apart, which are gone. */
  void checkGap() {
    assertThat(vma(0)).isNull();
    assertThat(committed()).isZero();
    assertThat(space.mm().lock().isLocked()).isFalse();
    space.verify();
  }

  long at(long page) {
    return base + Pages.bytes(page);
  }

  @Nullable Vma vma(long page) {
    return space.lookup(at(page));
  }

  long committed() {
    return machine.kernel().commit().committed();
  }

  boolean warned(KernelWarning.Kind kind) {
    return warnings.stream().anyMatch(warning -> warning.kind() == kind);
  }

  long entry(long page) {
    return space.pageTables() == null ? 0 : space.pageTables().entry(at(page));
  }

  long pfn(long page) {
    return space.mm().pageTables().format().pfn(0, entry(page));
  }
}
