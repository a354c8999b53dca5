// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.space.Kernel;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MappingImage;
import dev.vmarea.vma.MmapAction;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.VmaDescriptor;
import java.util.ArrayList;
import java.util.List;

/**
 * A character device to try mappings of page frames with: its driver does what {@link
 * PfnDeviceSettings} says, by either hook. The offset of a mapping selects the part of the device's
 * memory that it shows; beyond the end mmap says EINVAL.
 *
 * <p>The two hooks differ where the kernel's interfaces do: by the old one, a mixed mapping is also
 * a mapping of page frames, and cannot be private and writable.
 */
public final class PfnDevice {
  /** Where such devices are found. */
  public static final FileSystem MOUNT = new FileSystem("devtmpfs", false, false);

  private final Kernel kernel;
  private final PfnDeviceSettings settings;
  private final List<Long> allocated = new ArrayList<>();
  private final VmOperations callbacks = new Callbacks();
  private final FileOperations operations;

  /**
   * A device of {@code kernel}'s machine.
   *
   * @throws ErrnoException ENOMEM if there is no memory for the pages that its driver allocates
   * @throws IllegalArgumentException if the kernel lacks what its driver needs; see {@link
   *     PfnDeviceSettings#lackingIn}
   */
  public PfnDevice(Kernel kernel, PfnDeviceSettings settings) throws ErrnoException {
    String lacking = settings.lackingIn(kernel.profile());
    if (lacking != null) {
      throw new IllegalArgumentException(kernel.profile() + " does not have " + lacking);
    }
    this.kernel = kernel;
    this.settings = settings;
    this.operations =
        settings.hook() == PfnDeviceSettings.Hook.PREPARE ? new Prepare() : new Legacy();
    int pages =
        switch (settings.action()) {
          case KERNEL_PAGES -> (int) settings.pages();
          case MIXED -> 1;
          default -> 0;
        };
    if (pages > 0) {
      for (KernelPage page : kernel.memory().allocatePages(pages)) {
        allocated.add(page.pfn());
      }
    }
  }

  /** What it is like. */
  public PfnDeviceSettings settings() {
    return settings;
  }

  /** How it is mapped, for {@link OpenFile}. */
  public FileOperations operations() {
    return operations;
  }

  /** Page frame of a page of the device's memory; not of an allocated one. */
  private long pfn(long page) {
    return Pages.count(settings.physical()) + page;
  }

  private void check(long pgoff, long pages, long vmFlags) throws ErrnoException {
    if (Long.compareUnsigned(pgoff, settings.pages()) >= 0 || pages > settings.pages() - pgoff) {
      throw Errno.EINVAL.failure();
    }
    // A fault cannot give bare page frames to memory that is copied on write.
    if (settings.action() == PfnDeviceSettings.Action.NONE && VmFlags.isCow(vmFlags)) {
      throw Errno.EINVAL.failure();
    }
  }

  /** The allocated pages among {@code pages} from {@code pgoff} on. */
  private List<Long> allocated(long pgoff, long pages) {
    long from = Math.min(pgoff, allocated.size());
    return allocated.subList((int) from, (int) Math.min(pgoff + pages, allocated.size()));
  }

  /** What a driver of either kind saves: its callbacks have no state, its frames a place. */
  private abstract class Saved implements MappingImage {
    @Override
    public byte[] saveCallbacks(VmOperations known) {
      return new byte[0];
    }

    @Override
    public VmOperations restoreCallbacks(byte[] state) {
      return callbacks;
    }

    /** Frames of the device as they are, doubled; of allocated pages their number, and one more. */
    @Override
    public long saveFrame(long pfn) {
      int own = allocated.indexOf(pfn);
      return own < 0 ? pfn << 1 : (long) own << 1 | 1;
    }

    @Override
    public long restoreFrame(long saved) {
      long place = saved >>> 1;
      if ((saved & 1) == 0) {
        return place;
      }
      if (place >= allocated.size()) {
        throw new IllegalArgumentException("the device has no page " + place);
      }
      return allocated.get((int) place);
    }
  }

  private final class Prepare extends Saved implements MmapPrepare {
    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      long pgoff = descriptor.pgoff();
      check(pgoff, descriptor.pages(), descriptor.vmFlags());
      descriptor.vmOps(callbacks);
      descriptor.pageProtection(descriptor.pageProtection().withCacheMode(settings.cache()));
      Errno error = settings.error();
      if (error != null) {
        descriptor.errorOverride(error);
      }
      switch (settings.action()) {
        case REMAP -> descriptor.remapFull(pfn(pgoff));
        case IOREMAP -> descriptor.ioRemapFull(pfn(pgoff));
        case SIMPLE_IOREMAP -> descriptor.simpleIoRemap(settings.physical(), settings.size());
        case KERNEL_PAGES ->
            descriptor.mapKernelPages(descriptor.start(), allocated(pgoff, descriptor.pages()));
        case MIXED -> descriptor.action(mixed(descriptor.start(), pgoff, descriptor.pages()));
        case NONE -> descriptor.vmFlags(descriptor.vmFlags() | VmFlags.REMAP_FLAGS);
      }
    }

    private MmapAction mixed(long start, long pgoff, long pages) {
      List<MmapAction.MixedMap.Part> parts = new ArrayList<>();
      List<Long> own = allocated(pgoff, pages);
      if (!own.isEmpty()) {
        parts.add(new MmapAction.MixedMap.Pages(start, own));
      }
      if (pages > own.size()) {
        long from = start + Pages.bytes(own.size());
        long first = pfn(pgoff + own.size());
        parts.add(new MmapAction.MixedMap.Frames(from, first, pages - own.size()));
      }
      return new MmapAction.MixedMap(parts);
    }

    @Override
    public VmOperations callbacksOfFound(long vmFlags) {
      return callbacks;
    }

    @Override
    public boolean canSync() {
      return false;
    }
  }

  private final class Legacy extends Saved implements LegacyMmap {
    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      long pgoff = vma.pgoff();
      check(pgoff, vma.pages(), vma.vmFlags());
      vma.vmOps(callbacks);
      vma.pageProtection(vma.pageProtection().withCacheMode(settings.cache()));
      switch (settings.action()) {
        case REMAP -> vma.remapPfnRange(vma.start(), pfn(pgoff), vma.size(), vma.pageProtection());
        case IOREMAP ->
            vma.ioRemapPfnRange(vma.start(), pfn(pgoff), vma.size(), vma.pageProtection());
        case SIMPLE_IOREMAP -> vma.ioMapMemory(settings.physical(), settings.size());
        case KERNEL_PAGES -> vma.insertPages(vma.start(), allocated(pgoff, vma.pages()));
        case MIXED -> mixed(vma, pgoff);
        case NONE -> vma.vmFlags(vma.vmFlags() | VmFlags.REMAP_FLAGS);
      }
    }

    private void mixed(LegacyVma vma, long pgoff) throws ErrnoException {
      List<Long> own = allocated(pgoff, vma.pages());
      vma.insertPages(vma.start(), own);
      long from = vma.start() + Pages.bytes(own.size());
      if (from < vma.end()) {
        vma.remapPfnRange(from, pfn(pgoff + own.size()), vma.end() - from, vma.pageProtection());
      }
    }

    @Override
    public VmOperations callbacksOfFound(long vmFlags) {
      return callbacks;
    }

    @Override
    public boolean canSync() {
      return false;
    }
  }

  /** Answers faults, if the hook left them to do. */
  private final class Callbacks implements VmOperations {
    @Override
    public boolean hasFault() {
      return settings.action() == PfnDeviceSettings.Action.NONE;
    }

    @Override
    public FaultContext.Result fault(FaultContext fault) {
      return fault.insertPfn(pfn(fault.pgoff()));
    }

    @Override
    public FaultContext.Result hugeFault(FaultContext fault, int level) {
      if (!hasFault()) {
        return FaultContext.Result.FALLBACK;
      }
      long bytes = kernel.architecture().entrySize(level);
      long before = Pages.count(fault.address() & (bytes - 1));
      return fault.insertHuge(level, pfn(fault.pgoff() - before));
    }
  }
}
