// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.devdax;

import dev.vmarea.Machine;
import dev.vmarea.base.CacheMode;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.StepObserver;
import dev.vmarea.drivers.Steps;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.region.AttachedMemory;
import dev.vmarea.drivers.region.PfnWindow;
import dev.vmarea.drivers.region.SparseBytes;
import dev.vmarea.pagetable.PfnReservation;
import dev.vmarea.space.Kernel;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;

/**
 * One device: ranges of memory, one behind the other in its file. The kernel has them mapped
 * write-back, so mappings of programs are, too.
 */
public final class DaxDevice implements UserModel {
  /** The step of a kill between the end of all new pages and the unmapping. */
  static final String DEAD = "devdax.kill.dead";

  private static final FileSystem DEVTMPFS = new FileSystem("devtmpfs", false, false);

  private final Machine machine;
  private final Variant variant;
  private final long alignment;
  private final List<PfnWindow> ranges;
  private final AttachedMemory memory;
  private final List<PfnReservation> reservations = new ArrayList<>();
  private final Inode inode = new Inode(Inode.Type.CHARACTER_DEVICE, DEVTMPFS);
  private final Steps steps = new Steps();
  private volatile boolean alive = true;
  private boolean closed;

  DaxDevice(Machine machine, Variant variant, long alignment, List<PfnWindow> ranges)
      throws ErrnoException {
    this.machine = machine;
    this.variant = variant;
    this.alignment = alignment;
    this.ranges = List.copyOf(ranges);
    this.memory = new AttachedMemory(machine.kernel().memory());
    inode.dax(true);
    boolean made = false;
    try {
      for (PfnWindow range : this.ranges) {
        memory.attach(range, new SparseBytes());
        reserve(range);
      }
      made = true;
    } finally {
      if (!made) {
        giveBack();
      }
    }
  }

  /** The kernel's own mapping of it. */
  private void reserve(PfnWindow range) throws ErrnoException {
    Kernel kernel = machine.kernel();
    PageProtection own = kernel.architecture().protection(VmFlags.ACCESS | VmFlags.SHARED);
    kernel.pfnTracking().addWriteBackRange(range.frames());
    reservations.add(
        kernel
            .pfnTracking()
            .reserve(range.firstPfn(), range.pages(), own.withCacheMode(CacheMode.WRITE_BACK)));
  }

  @Override
  public UserKind kind() {
    return DaxKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  Steps steps() {
    return steps;
  }

  @Override
  public void observe(StepObserver observer) {
    steps.observe(observer);
  }

  /** What everything is a multiple of, in bytes. */
  long alignment() {
    return alignment;
  }

  /** Whether it gives pages. */
  boolean isAlive() {
    return alive;
  }

  /** Bytes that an entry of a level maps. */
  long entrySize(int level) {
    return machine.kernel().architecture().entrySize(level);
  }

  /** The first frame of {@code count} pages of the file, in one range; or -1. */
  long find(long pgoff, long count) {
    long at = pgoff;
    for (PfnWindow range : ranges) {
      if (Long.compareUnsigned(at, range.pages()) < 0) {
        return range.contains(at, count) ? range.pfn(at) : -1;
      }
      at -= range.pages();
    }
    return -1;
  }

  @Override
  public OpenFile open(String path, int flags) {
    DaxFile file = variant.isLegacy() ? new DaxFile.Legacy(this) : new DaxFile.Port(this);
    return new OpenFile(inode, new DirectoryEntry(path), flags, file);
  }

  /** "kill": the device goes, by hot unplug or its driver. */
  @Override
  public long control(List<String> words) {
    if (!words.equals(List.of("kill"))) {
      return UserModel.super.control(words);
    }
    kill();
    return 0;
  }

  /**
   * The device goes ({@code kill_dev_dax}): nothing can be mapped any more, every fault is a bus
   * error, and what is mapped is unmapped. Who is in a fault has the address space locked, so the
   * unmapping waits for him. Takes the locks of address spaces.
   */
  public void kill() {
    alive = false;
    steps.reached(DEAD);
    inode.reverseMap().unmapPages(0, -1, true);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Mappings are shared; they ask for huge pages, or madvise has said not to. That they are of
   * whole units holds for those that mmap and munmap leave; mremap asks nobody.
   */
  @Override
  public void verify() {
    long wrong = Invariant.vmas(inode, DaxDevice::isWrong);
    Invariant.equal("mappings that are not shared or of small pages", wrong, 0);
  }

  private static boolean isWrong(Vma vma) {
    return !vma.has(VmFlags.MAYSHARE) || !vma.hasAny(VmFlags.HUGEPAGE | VmFlags.NOHUGEPAGE);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      kill();
      giveBack();
    }
  }

  private void giveBack() {
    reservations.forEach(PfnReservation::release);
    memory.detach();
  }
}
