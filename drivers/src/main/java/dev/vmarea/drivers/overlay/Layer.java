// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.overlay;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.stacked.HostFile;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.vma.OpenFile;

/** A layer of an overlay, by the names of its files. */
sealed interface Layer {
  /**
   * Opens a file of it.
   *
   * @throws ErrnoException ENOENT if it has none of this name, or what its mount says
   */
  OpenFile open(String name, int flags) throws ErrnoException;

  /** Files that nobody else has. */
  record Own(FileTree<HostFile> files) implements Layer {
    @Override
    public OpenFile open(String name, int flags) throws ErrnoException {
      return files.open(name, flags);
    }
  }

  /** Files below a path of the machine. */
  record Mounted(Machine machine, String path) implements Layer {
    @Override
    public OpenFile open(String name, int flags) throws ErrnoException {
      return machine.open(path + "/" + name, flags);
    }
  }

  /** The layer at {@code path}, or for an empty one a layer of its own. */
  static Layer of(Machine machine, Variant variant, String path) {
    return path.isEmpty()
        ? new Own(FileTree.writable(() -> HostFile.regular(variant)))
        : new Mounted(machine, path);
  }
}
