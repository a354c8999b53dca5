// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.overlay;

import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import java.util.concurrent.atomic.AtomicLong;

/** A file of an overlay, whichever layer it is in. Thread-safe. */
final class OverlayInode {
  private static final FileSystem OVERLAY = new FileSystem("overlay", false, true);

  private final Inode inode = new Inode(Inode.Type.REGULAR, OVERLAY);
  private final AtomicLong accesses = new AtomicLong();
  private volatile boolean denied;

  /** The file itself, which is never mapped: the real one is. */
  Inode inode() {
    return inode;
  }

  /** How often it was used so far: stands for the access time, as a machine has no clock. */
  long accesses() {
    return accesses.get();
  }

  void accessed() {
    accesses.incrementAndGet();
  }

  /** Whether a security module does not let its real file be mapped. */
  boolean isDenied() {
    return denied;
  }

  void deny(boolean value) {
    denied = value;
  }
}
