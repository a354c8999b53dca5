// SPDX-License-Identifier: Apache-2.0

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.files.PfnDevice;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import dev.vmarea.trace.pagetable.PageTableText;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.MappedArea;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaDescriptor;

/**
 * A driver: 64 KiB of device registers that programs may map, uncached. Its mappings are counted.
 */
final class RegisterWindow implements MmapPrepare, VmOperations {
  private static final long FIRST_PFN = 0xd0000;
  private static final long PAGES = 16;

  private int mappings;

  /** Says what the mapping is to be. Nothing is counted here: the mapping may still fail. */
  @Override
  public void mmapPrepare(VmaDescriptor window) throws ErrnoException {
    if (window.pgoff() >= PAGES || window.pages() > PAGES - window.pgoff()) {
      throw Errno.EINVAL.failure();
    }
    window.pageProtection(window.pageProtection().noncached());
    window.vmOps(this);
    window.ioRemapFull(FIRST_PFN + window.pgoff());
  }

  @Override
  public void mapped(MappedArea window) {
    window.privateData(this); // counted: close comes also for one that failed before
    mappings++;
  }

  @Override
  public void open(Vma part) {
    mappings++; // a copy: by a split, a fork or a move
  }

  @Override
  public void close(Vma part) {
    if (part.privateData() == this) {
      mappings--;
    }
  }

  @Override
  public boolean hasClose() {
    return true;
  }

  /** A program that maps the registers, unmaps a page in the middle, and then all. */
  public static void main(String[] args) {
    Machine machine = new Machine(KernelConfig.standard(), Profile.SETTLED);
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = 0x7ffff7fff000L;
    AddressSpace space = machine.newAddressSpace(layout, Task.unprivileged());

    RegisterWindow driver = new RegisterWindow();
    OpenFile file =
        new OpenFile(
            new Inode(Inode.Type.CHARACTER_DEVICE, PfnDevice.MOUNT),
            new DirectoryEntry("/dev/registers"),
            OpenFile.O_RDWR,
            driver);
    int rw = Prot.READ | Prot.WRITE;
    long at = space.syscalls().mmap(0, PAGES << 12, rw, MapFlags.SHARED, file, 0);
    driver.show("mapped", space);
    space.syscalls().munmap(at + 0x4000, 4096);
    driver.show("a page unmapped", space);
    space.syscalls().munmap(at, PAGES << 12);
    driver.show("all unmapped", space);
    long tooFar = space.syscalls().mmap(0, 8192, rw, MapFlags.SHARED, file, PAGES - 1 << 12);
    System.out.println("beyond the end: " + Errno.ofResult(tooFar));
  }

  private void show(String moment, AddressSpace space) {
    System.out.println(moment + "; mappings: " + mappings);
    System.out.print(PageTableText.of(space));
  }
}
