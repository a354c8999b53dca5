// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.pci;

import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.procfs.ProcEntry;
import dev.vmarea.drivers.region.AttachedMemory;
import dev.vmarea.drivers.region.SparseBytes;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** One device with its files. */
public final class PciDevice implements UserModel {
  private static final FileSystem SYSFS = new FileSystem("sysfs", false, false);

  private final Variant variant;
  private final PciKind.Settings settings;
  private final AttachedMemory memory;
  private final PciRegisters registers = new PciRegisters();
  private final ProcEntry entry;
  private final Inode sysfsInode = new Inode(Inode.Type.REGULAR, SYSFS);
  private boolean removed;

  PciDevice(Machine machine, Variant variant, PciKind.Settings settings) {
    this.variant = variant;
    this.settings = settings;
    this.memory = new AttachedMemory(machine.kernel().memory());
    this.entry = new ProcEntry(settings.permanent());
    PciBar first = settings.bars().getFirst();
    PciBar second = settings.bars().getLast();
    memory.attach(first.window(), registers);
    memory.attach(second.window(), new SparseBytes());
  }

  @Override
  public UserKind kind() {
    return PciKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  /** What BAR 0 shows. */
  public PciRegisters registers() {
    return registers;
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException ENOENT for a path below the device that is no resource, and when it is
   *     gone
   */
  @Override
  public synchronized OpenFile open(String path, int flags) throws ErrnoException {
    if (removed) {
      throw Errno.ENOENT.failure();
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (!name.startsWith("resource")) {
      return entry.open(path, flags, operations(settings.procfs()));
    }
    for (PciBar bar : settings.bars()) {
      boolean combining = name.equals(bar.combiningFile()) && bar.prefetchable();
      if (combining || name.equals(bar.file())) {
        PciResources one = new PciResources.Sysfs(bar, settings.lockedDown(), combining);
        return new OpenFile(sysfsInode, new DirectoryEntry(path), flags, operations(one));
      }
    }
    throw Errno.ENOENT.failure();
  }

  private PciFile operations(PciResources resources) {
    return variant.isLegacy() ? new PciFile.Legacy(resources) : new PciFile.Port(resources);
  }

  /** "remove": the device is unplugged; its mappings stay, and nobody answers there any more. */
  @Override
  public long control(List<String> words) {
    if (!words.equals(List.of("remove"))) {
      return UserModel.super.control(words);
    }
    close();
    return 0;
  }

  /** {@inheritDoc} Mappings are of device memory, by their page frames. */
  @Override
  public void verify() {
    entry.verify();
    verify(entry.inode());
    verify(sysfsInode);
  }

  private void verify(Inode inode) {
    long wrong =
        Invariant.vmas(
            inode,
            vma ->
                !vma.has(VmFlags.REMAP_FLAGS)
                    || settings.bars().stream()
                        .noneMatch(bar ->
                            bar.window()
                                .contains(vma.pgoff() - bar.window().firstPfn(), vma.pages())));
    Invariant.equal("mappings that leave their BAR", wrong, 0);
  }

  @Override
  public void close() {
    synchronized (this) {
      if (removed) {
        return;
      }
      removed = true;
    }
    if (!settings.permanent()) {
      entry.remove();
    }
    memory.detach();
  }
}
