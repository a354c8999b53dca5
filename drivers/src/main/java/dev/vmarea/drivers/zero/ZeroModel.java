// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.zero;

import dev.vmarea.Machine;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.shmem.ShmemOperations;
import dev.vmarea.files.ShmemZero;
import dev.vmarea.files.ZeroDevice;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;

/** The device. It has no state. */
final class ZeroModel implements UserModel {
  private static final FileSystem DEVTMPFS = new FileSystem("devtmpfs", false, false);
  private static final int MEMORY_DEVICES = 1;
  private static final int ZERO = 5;

  private final Variant variant;
  private final Inode inode = new Inode(Inode.Type.CHARACTER_DEVICE, DEVTMPFS);
  private final FileOperations operations;

  ZeroModel(Machine machine, Variant variant) {
    this.variant = variant;
    inode.identify(MEMORY_DEVICES, ZERO, 1);
    ShmemZero shared = new ShmemZero(machine.backing(), ShmemOperations.ANONYMOUS);
    operations =
        switch (variant.name()) {
          case "legacy" -> new ZeroDevice(shared);
          case "v3" -> ZeroPort.asPosted(shared);
          case "v5" -> ZeroPort.withSuccessHook(shared);
          default -> ZeroPort.withAnonymousDescriptor(shared);
        };
  }

  @Override
  public UserKind kind() {
    return ZeroKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  @Override
  public OpenFile open(String path, int flags) {
    return new OpenFile(inode, new DirectoryEntry(path), flags, operations);
  }

  /** Checks that what maps the device itself is anonymous memory, and nothing else. */
  @Override
  public void verify() {
    long dead = Invariant.vmas(inode, vma -> !vma.isAnonymous());
    Invariant.equal("mappings of /dev/zero that are not anonymous", dead, 0);
  }

  @Override
  public void close() {}
}
