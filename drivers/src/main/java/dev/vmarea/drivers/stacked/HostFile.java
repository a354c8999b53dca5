// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.stacked;

import dev.vmarea.Machine;
import dev.vmarea.base.CacheMode;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.EitherHook;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.tree.GenericMapping;
import dev.vmarea.drivers.tree.TreeFile;
import dev.vmarea.files.PfnDevice;
import dev.vmarea.files.PfnDeviceSettings;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.Inode;
import org.jspecify.annotations.Nullable;

/**
 * A file below a stacked one: mapped through the page cache, or by a device that asks for page
 * frames; by an old hook or its port, as its variant says. Thread-safe.
 */
public final class HostFile extends TreeFile {
  private static final FileSystem HOST = new FileSystem("host", false, true);
  private static final long DEVICE_AT = 1L << 40;
  private static final long DEVICE_SIZE = 1 << 20;

  private final @Nullable FileOperations operations;
  private volatile @Nullable Errno refusal;

  private HostFile(Inode.Type type, @Nullable FileOperations operations) {
    super(new Inode(type, HOST));
    this.operations = operations;
  }

  private HostFile(Variant variant) {
    super(new Inode(Inode.Type.REGULAR, HOST));
    operations = variant.isLegacy() ? (EitherHook.Old) this::map : (EitherHook.New) this::map;
  }

  /** A regular file, empty. */
  public static HostFile regular(Variant variant) {
    return new HostFile(variant);
  }

  /** One that cannot be mapped. */
  public static HostFile unmappable() {
    return new HostFile(Inode.Type.REGULAR, null);
  }

  /**
   * Device memory of 1 MiB, whose hook remaps page frames.
   *
   * @throws ErrnoException ENOMEM without memory for it
   */
  public static HostFile device(Machine machine, Variant variant) throws ErrnoException {
    PfnDeviceSettings settings =
        new PfnDeviceSettings(
            DEVICE_AT,
            DEVICE_SIZE,
            CacheMode.WRITE_BACK,
            PfnDeviceSettings.Action.REMAP,
            variant.isLegacy() ? PfnDeviceSettings.Hook.LEGACY : PfnDeviceSettings.Hook.PREPARE,
            null);
    FileOperations operations = new PfnDevice(machine.kernel(), settings).operations();
    HostFile file = new HostFile(Inode.Type.CHARACTER_DEVICE, operations);
    file.inode().size(DEVICE_SIZE);
    return file;
  }

  /** From now on a regular file's hook refuses all mappings with this error; null: no more. */
  public void refuse(@Nullable Errno error) {
    refusal = error;
  }

  @Override
  public @Nullable FileOperations operations() {
    return operations;
  }

  private void map(HookedArea area) throws ErrnoException {
    Errno error = refusal;
    if (error != null) {
      throw error.failure();
    }
    GenericMapping.map(this, area);
  }
}
