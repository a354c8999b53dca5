// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.relay;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.Steps;
import dev.vmarea.drivers.region.WholeBuffer;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;

/**
 * The buffer of one processor ({@code struct rchan_buf}). Counted: one reference is the channel's,
 * one is each open file's; with the last one the memory goes. Thread-safe.
 */
public final class RelayBuffer {
  /** Where the files are. */
  public static final FileSystem DEBUGFS = new FileSystem("debugfs", false, false);

  private final WholeBuffer memory;
  private final Steps steps;
  private final Inode inode = new Inode(Inode.Type.REGULAR, DEBUGFS);
  private int references = 1;
  private volatile boolean detached;

  RelayBuffer(PhysicalMemory physical, long bytes, Steps steps) throws ErrnoException {
    this.steps = steps;
    this.memory = new WholeBuffer(physical, bytes);
  }

  /** What is in it. */
  public WholeBuffer memory() {
    return memory;
  }

  /** Those of its channel. */
  Steps steps() {
    return steps;
  }

  /** The file that shows it. */
  public Inode inode() {
    return inode;
  }

  /** Whether files of it have no buffer (any more). */
  boolean isDetached() {
    return detached;
  }

  void detach() {
    detached = true;
  }

  /** One reference more: a file of it is opened. */
  synchronized void get() {
    references++;
  }

  /** One less. */
  synchronized void put() {
    references--;
    if (references == 0) {
      memory.free();
    }
  }

  /**
   * Checks that it lives as long as somebody has it, and that its mappings have its length, or less
   * where a part was unmapped, and hold no reference of their own.
   *
   * @param channel whether the channel has a reference
   */
  synchronized void verify(boolean channel) {
    long least = channel ? 1 : 0;
    Invariant.holds(references >= least, "references to a buffer: " + references);
    Invariant.holds(memory.isFreed() == (references == 0), "a buffer lives too long or too short");
    memory.verifyMappings(inode);
    long mapped = Invariant.vmas(inode, vma -> true);
    Invariant.holds(mapped == 0 || references > least, "a buffer is mapped and has no open file");
  }
}
