// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.own;

import dev.vmarea.drivers.Audited;
import dev.vmarea.drivers.StepObserver;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.files.PfnDevice;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import java.util.SortedMap;

/** A character device whose files have the operations of somebody's own. */
final class PlainModel implements UserModel {
  private static final Audited NOTHING_KNOWN = new Audited() {};

  private final UserKind kind;
  private final Variant variant;
  private final FileOperations operations;
  private final Audited audited;
  private final Inode inode = new Inode(Inode.Type.CHARACTER_DEVICE, PfnDevice.MOUNT);

  PlainModel(UserKind kind, Variant variant, FileOperations operations) {
    this.kind = kind;
    this.variant = variant;
    this.operations = operations;
    this.audited = operations instanceof Audited known ? known : NOTHING_KNOWN;
  }

  @Override
  public UserKind kind() {
    return kind;
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
  public void verify() {
    try {
      audited.verify(inode);
    } catch (IllegalStateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IllegalStateException("verify: " + e, e);
    }
  }

  @Override
  public SortedMap<String, Long> counters() {
    return audited.counters();
  }

  @Override
  public long control(List<String> words) {
    return audited.control(words);
  }

  @Override
  public void observe(StepObserver observer) {
    audited.observe(observer);
  }

  @Override
  public void close() {
    audited.unload();
  }
}
