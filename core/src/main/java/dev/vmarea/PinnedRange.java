// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.mapping.PinOperation;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A range of a process's memory whose pages are pinned, to be worked on directly: by a modelled
 * device, or by a system call that moves much data. Made by {@link AddressSpace#pin}.
 *
 * <p>The pages stay what they are until {@link #close}, whatever becomes of the range: after munmap
 * or truncation they are still there, though no longer the process's; after fork they are the
 * parent's, and the child has copies. As long as they are mapped, the process and who holds the pin
 * see each other's stores.
 *
 * <p>Thread-safe, but for what is done to the contents, which is ordinary memory.
 */
public final class PinnedRange implements AutoCloseable {
  private final PhysicalMemory memory;
  private final long[] frames;
  private final List<MemorySegment> segments;
  private final AtomicBoolean closed = new AtomicBoolean();

  PinnedRange(Mm mm, Task task, long address, long length, boolean write) throws ErrnoException {
    if (length < 0) {
      throw new IllegalArgumentException("bytes: " + length);
    }
    this.memory = mm.kernel().memory();
    long start = Pages.floor(address);
    long end = Pages.ceil(address + length);
    this.frames = length == 0 ? new long[0] : new PinOperation(mm, task, write).pin(start, end);
    this.segments = List.copyOf(pieces(address - start, length, write));
  }

  /** Consecutive frames of one section are one segment. */
  private List<MemorySegment> pieces(long first, long length, boolean write) {
    List<MemorySegment> pieces = new ArrayList<>();
    long left = length;
    long skipped = first;
    for (int i = 0; i < frames.length; ) {
      int run = 1;
      while (i + run < frames.length && follows(frames[i + run - 1], frames[i + run])) {
        run++;
      }
      long bytes = Math.min(left, Pages.bytes(run) - skipped);
      MemorySegment piece =
          Objects.requireNonNull(memory.contentSection(frames[i])) // in use
              .asSlice(memory.contentOffset(frames[i]) + skipped, bytes);
      pieces.add(write ? piece : piece.asReadOnly());
      left -= bytes;
      skipped = 0;
      i += run;
    }
    return pieces;
  }

  private boolean follows(long pfn, long next) {
    return next == pfn + 1 && memory.contentOffset(next) == memory.contentOffset(pfn) + Pages.SIZE;
  }

  /**
   * The memory in the order of addresses, in as many pieces as its frames make necessary; their
   * sizes sum up to the length that was asked for. Read-only if not pinned for writing. Not to be
   * used after {@link #close}: the frames may then hold something else.
   */
  public List<MemorySegment> segments() {
    return segments;
  }

  /** The same as little-endian buffers. */
  public List<ByteBuffer> buffers() {
    return segments.stream()
        .map(segment -> segment.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN))
        .toList();
  }

  /** Takes the pins away; a second time does nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      PinOperation.unpin(memory, frames, frames.length);
    }
  }
}
