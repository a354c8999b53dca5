// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.resctrl;

import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.StepObserver;
import dev.vmarea.drivers.Steps;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.region.PfnWindow;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A group of resctrl in pseudo-locked mode ({@code struct rdtgroup}) with its region. State is
 * guarded by the mutex of resctrl.
 */
public final class PseudoLockGroup implements UserModel {
  private static final FileSystem DEVTMPFS = new FileSystem("devtmpfs", false, false);

  private final Machine machine;
  private final Variant variant;
  private final CpuMask domain;
  private final PseudoLockRegion region;
  private final Inode inode = new Inode(Inode.Type.CHARACTER_DEVICE, DEVTMPFS);
  private final ReentrantLock mutex = new ReentrantLock();
  private final Steps steps = new Steps();
  private CpuMask affinity;
  private boolean mounted = true;
  private boolean domainOnline = true;
  private long waitCount;

  PseudoLockGroup(Machine machine, Variant variant, long bytes, CpuMask domain, CpuMask affinity)
      throws ErrnoException {
    this.machine = machine;
    this.variant = variant;
    this.domain = domain;
    this.affinity = affinity;
    this.region = new PseudoLockRegion(machine.kernel().memory(), bytes);
  }

  @Override
  public UserKind kind() {
    return ResctrlKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  /** The mutex of resctrl ({@code rdtgroup_mutex}); comes after an address space's lock. */
  ReentrantLock mutex() {
    return mutex;
  }

  Steps steps() {
    return steps;
  }

  /** {@inheritDoc} By the old hook there is none: the mutex is held all the time. */
  @Override
  public void observe(StepObserver observer) {
    steps.observe(observer);
  }

  /** Whether open files have a reference to the memory each. */
  private boolean filesHoldMemory() {
    return variant.name().equals(ResctrlKind.OWN);
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException ENODEV once resctrl is unmounted
   */
  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    mutex.lock();
    try {
      if (!mounted) {
        throw Errno.ENODEV.failure();
      }
      waitCount++;
      if (filesHoldMemory()) {
        region.get();
      }
    } finally {
      mutex.unlock();
    }
    PseudoLockFile file =
        switch (variant.name()) {
          case ResctrlKind.LEGACY -> new PseudoLockFile.Legacy(this);
          case ResctrlKind.POSTED -> new PseudoLockFile.Posted(this);
          default -> new PseudoLockFile.Own(this);
        };
    return new OpenFile(inode, new DirectoryEntry(path), flags, file);
  }

  /** The last reference to an open file is gone. */
  void closed() {
    mutex.lock();
    try {
      waitCount--;
      if (filesHoldMemory()) {
        region.put();
      }
    } finally {
      mutex.unlock();
    }
  }

  /**
   * The checks of a mapping, in their order; then the region is cleared, whatever happens next.
   * Under the mutex.
   *
   * @return the first page frame to map
   * @throws ErrnoException ENODEV without a region or its cache, EINVAL for a task that may run
   *     elsewhere or a mapping that is not shared, ENOSPC beyond the region
   */
  long check(HookedArea area) throws ErrnoException {
    if (!mounted) {
      if (!filesHoldMemory()) {
        // The group is there as long as it is open, its region is not.
        machine
            .kernel()
            .warn(KernelWarning.Kind.BUG, "resctrl: the region of an unmounted group is asked for");
      }
      throw Errno.ENODEV.failure();
    }
    if (!domainOnline) {
      throw Errno.ENODEV.failure();
    }
    if (!affinity.isSubsetOf(domain)) {
      throw Errno.EINVAL.failure();
    }
    PfnWindow window = region.window();
    if (!window.reaches(area.pgoff())) {
      throw Errno.ENOSPC.failure();
    }
    if (!area.has(VmFlags.SHARED)) {
      throw Errno.EINVAL.failure();
    }
    if (!window.contains(area.pgoff(), area.pages())) {
      throw Errno.ENOSPC.failure();
    }
    region.clear();
    return window.pfn(area.pgoff());
  }

  /**
   * "affinity LIST": the task that maps may run on these processors. "offline": the last processor
   * of the region's cache goes. "unmount": resctrl is unmounted.
   */
  @Override
  public long control(List<String> words) {
    if (words.equals(List.of("unmount"))) {
      unmount();
      return 0;
    }
    boolean affine = words.size() == 2 && words.getFirst().equals("affinity");
    if (!affine && !words.equals(List.of("offline"))) {
      return UserModel.super.control(words);
    }
    mutex.lock();
    try {
      if (affine) {
        affinity = CpuMask.parse(words.get(1));
      } else {
        domainOnline = false;
      }
    } finally {
      mutex.unlock();
    }
    return 0;
  }

  /** resctrl is unmounted, which it can be though files of it are open: its memory is freed. */
  public void unmount() {
    mutex.lock();
    try {
      if (mounted) {
        mounted = false;
        region.put();
      }
    } finally {
      mutex.unlock();
    }
  }

  /** Open files: waits of whoever removes the group. */
  @Override
  public SortedMap<String, Long> counters() {
    mutex.lock();
    try {
      return new TreeMap<>(Map.of("waitcount", waitCount));
    } finally {
      mutex.unlock();
    }
  }

  @Override
  public void verify() {
    mutex.lock();
    try {
      PfnWindow window = region.window();
      long outside = Invariant.vmas(inode, vma -> !window.contains(vma.pgoff(), vma.pages()));
      Invariant.equal("mappings that leave the region", outside, 0);
      long mapped = Invariant.vmas(inode, vma -> true);
      Invariant.holds(mapped == 0 || waitCount > 0, "a region is mapped and has no open file");
      Invariant.holds(mapped == 0 || !region.isFree(), "free memory is mapped");
      Invariant.holds(waitCount >= 0, "waitcount below zero");
    } finally {
      mutex.unlock();
    }
  }

  @Override
  public void close() {
    unmount();
  }
}
