// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.afs;

import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.tree.TreeFile;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A file of the server ({@code afs_vnode}): the promise for it, and its mappings. Thread-safe. */
public final class AfsVnode extends TreeFile {
  private static final FileSystem AFS = new FileSystem("afs", false, false);

  private final MappedFiles mappedFiles;
  private final FileOperations operations;
  private final AtomicLong faults = new AtomicLong();
  private volatile boolean promised;

  AfsVnode(MappedFiles mappedFiles, Function<AfsVnode, AfsFile> hooks) {
    super(new Inode(Inode.Type.REGULAR, AFS));
    this.mappedFiles = mappedFiles;
    this.operations = hooks.apply(this);
  }

  @Override
  public FileOperations operations() {
    return operations;
  }

  /** Mappings that it knows of. */
  public long openMmaps() {
    return mappedFiles.openMmaps(this);
  }

  /** Page faults that were answered one by one. */
  public long faults() {
    return faults.get();
  }

  void faulted() {
    faults.incrementAndGet();
  }

  /** One mapping more. */
  void addOpenMmap() {
    mappedFiles.add(this);
  }

  /** One less. */
  void dropOpenMmap() {
    mappedFiles.drop(this);
  }

  /** Whether the server has promised to call back. */
  boolean isPromised() {
    return promised;
  }

  /** The server promises: the file was opened. */
  void promise() {
    promised = true;
  }

  /**
   * The promise is void: what is mapped goes from page tables, private copies excepted. Linux
   * leaves that to a worker, which has done it here when this returns.
   */
  void breakPromise() {
    promised = false;
    if (openMmaps() != 0) {
      inode().reverseMap().unmapPages(0, -1, false);
    }
  }

  /**
   * Checks that it counts as many mappings as there are.
   *
   * @throws IllegalStateException if not
   */
  void verify() {
    Invariant.equal("open mmaps", openMmaps(), Invariant.vmas(inode(), vma -> true));
  }
}
