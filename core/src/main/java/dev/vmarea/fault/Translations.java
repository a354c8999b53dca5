// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

import dev.vmarea.base.Pages;
import dev.vmarea.memory.DeviceFrame;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.LeafCache;
import dev.vmarea.pagetable.PageTables;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Translations that one accessor remembers, for one kind of access (a TLB): a small table in which
 * each page has one place. Pages of devices are never remembered. Not thread-safe.
 */
public final class Translations {
  /** No place: a device answers for the page, see {@link #device}. */
  public static final int DEVICE = -1;

  /** No place: the page's entry does not allow the access. */
  public static final int REFUSED = -2;

  private static final int SLOTS = 1024;
  private static final long NONE = -1;

  private final long[] pages = new long[SLOTS];
  private final @Nullable MemorySegment[] memories = new @Nullable MemorySegment[SLOTS];

  /** Where in its memory the page begins, less its address. */
  private final long[] distances = new long[SLOTS];

  /** Whether nothing was remembered since all was forgotten: most tables are, most of the time. */
  private boolean empty;

  private @Nullable DeviceFrame device;

  /** Nothing remembered. */
  public Translations() {
    clear();
  }

  /** Forgets all. */
  public void clear() {
    if (!empty) {
      Arrays.fill(pages, NONE);
      empty = true;
    }
  }

  /** The place of the page of {@code address}. */
  public int slot(long address) {
    return (int) (address >>> Pages.SHIFT) & SLOTS - 1;
  }

  /** Whether the page of {@code address} is remembered in its place. */
  public boolean holds(int slot, long address) {
    return pages[slot] == (address & -Pages.SIZE);
  }

  /**
   * Remembers the page of {@code address}, if it has memory.
   *
   * @return {@code slot}, or {@link #DEVICE} or {@link #REFUSED}; then nothing is remembered
   * @throws MemoryFault BUS if the entry leads to a frame without contents for which no device
   *     answers
   */
  public int fill(
      int slot,
      long address,
      Access access,
      PageTables tables,
      LeafCache leaves,
      PhysicalMemory memory) {
    long pfn = tables.frame(address, access.needed(), access.forbidden(), leaves);
    if (pfn < 0) {
      return REFUSED;
    }
    MemorySegment contents = memory.contentSection(pfn);
    if (contents == null) {
      device = memory.deviceAt(pfn);
      if (device == null) {
        throw new MemoryFault(MemoryFault.Cause.BUS, address);
      }
      return DEVICE;
    }
    long page = Pages.floor(address);
    memories[slot] = contents;
    distances[slot] = memory.contentOffset(pfn) - page;
    pages[slot] = page;
    empty = false;
    return slot;
  }

  /** The frame that {@link #DEVICE} was said of last; good until the next checkpoint. */
  public DeviceFrame device() {
    DeviceFrame frame = device;
    if (frame == null) {
      throw new IllegalStateException("no device");
    }
    return frame;
  }

  /** The memory that the page in this place lies in. */
  public MemorySegment memory(int slot) {
    MemorySegment memory = memories[slot];
    if (memory == null) {
      throw new IllegalStateException("an empty place");
    }
    return memory;
  }

  /** Where in that memory the byte at {@code address} is. */
  public long offset(int slot, long address) {
    return address + distances[slot];
  }
}
