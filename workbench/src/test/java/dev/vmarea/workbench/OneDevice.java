// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.workbench.lab.Subject;

/** A device whose port is what a test says; its old hook accepts everything and does nothing. */
final class OneDevice implements UserKind {
  private static final FileSystem DEVICES = new FileSystem("devtmpfs", false, false);
  private static final LegacyMmap OLD = (file, vma) -> {};

  private final MmapPrepare port;

  OneDevice(MmapPrepare port) {
    this.port = port;
  }

  /** Its port on a kernel as it should be. */
  static Subject subject(MmapPrepare port) {
    return subject(port, Profile.SETTLED);
  }

  static Subject subject(MmapPrepare port, Profile profile) {
    OneDevice kind = new OneDevice(port);
    return Subject.of(kind, kind.variant("port"), profile);
  }

  @Override
  public About about() {
    return About.of("one", "a device", "/dev/one")
        .variants(Variant.legacy("legacy", "the old hook"), Variant.port("port", "the port"));
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values)
      throws ErrnoException {
    return new Model(variant, variant.isLegacy() ? OLD : port);
  }

  private final class Model implements UserModel {
    private final Variant variant;
    private final FileOperations operations;
    private final Inode inode = new Inode(Inode.Type.CHARACTER_DEVICE, DEVICES);

    Model(Variant variant, FileOperations operations) {
      this.variant = variant;
      this.operations = operations;
    }

    @Override
    public UserKind kind() {
      return OneDevice.this;
    }

    @Override
    public Variant variant() {
      return variant;
    }

    @Override
    public OpenFile open(String path, int flags) {
      return new OpenFile(inode, new DirectoryEntry(path), flags, operations);
    }

    @Override
    public void verify() {}

    @Override
    public void close() {}
  }
}
