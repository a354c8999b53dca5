// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.space.AsyncIoContexts.Context;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;

/** io_setup and io_destroy: each context maps a ring. Observed on Linux 6.18. */
public final class AsyncIoOperation {
  /** fs.aio-max-nr, by default. */
  private static final long MAX_REQUESTS = 65536;

  private static final long MAX_EVENTS = 0x10000000L / 32;
  private static final long HEADER_BYTES = 32;
  private static final long EVENT_BYTES = 32;
  private static final long UNSIGNED = 0xffffffffL;

  private final Mm mm;
  private final MapOperation map;
  private final UnmapOperation unmap;
  private final UserAccess memory;

  /** Contexts of {@code mm}, on behalf of {@code task}; {@code map} maps their rings. */
  public AsyncIoOperation(Mm mm, Task task, MapOperation map) {
    this.mm = mm;
    this.map = map;
    this.unmap = new UnmapOperation(mm);
    this.memory = new UserAccess(mm, task);
  }

  /**
   * io_setup(2), once {@code *ctxp} has been read.
   *
   * @param requests number of requests in flight, an unsigned int
   * @param context what {@code *ctxp} holds, which must be 0
   * @return the new context: the address of its ring
   * @throws ErrnoException EINVAL for a context that is not 0, no or far too many requests; EAGAIN
   *     over aio-max-nr; ENOMEM if the ring cannot be mapped
   */
  public long setUp(int requests, long context) throws ErrnoException {
    long wanted = requests & UNSIGNED;
    if (context != 0 || wanted == 0) {
      throw Errno.EINVAL.failure();
    }
    // Linux computes in 32 bits, wraps included.
    long events = (Math.max(wanted, mm.config().cpus() * 4L) * 2) & UNSIGNED;
    if (events > MAX_EVENTS) {
      throw Errno.EINVAL.failure();
    }
    if (events == 0 || wanted > MAX_REQUESTS) {
      throw Errno.EAGAIN.failure();
    }
    long bytes = Pages.ceil(HEADER_BYTES + EVENT_BYTES * (events + 2));
    mm.lock().lock();
    try {
      OpenFile ring = AsyncIoRing.open(mm, bytes);
      long address = mapRing(ring, bytes);
      if (mm.kernel().asyncIoRequests().addAndGet(wanted) > MAX_REQUESTS) {
        mm.kernel().asyncIoRequests().addAndGet(-wanted);
        unmap.unmapLocked(address, bytes);
        throw Errno.EAGAIN.failure();
      }
      mm.asyncIo().add(new Context(ring, address, bytes, wanted));
      return address;
    } finally {
      mm.lock().unlock();
    }
  }

  /** The address space whose contexts {@code file} is a ring of, or null if it is no ring. */
  public static @Nullable Mm ownerOfRing(OpenFile file) {
    return file.operations() instanceof AsyncIoRing ring ? ring.owner() : null;
  }

  /** A ring of {@code bytes} for a context of {@code owner} that is about to be restored. */
  public static OpenFile openRing(Mm owner, long bytes) {
    return AsyncIoRing.open(owner, bytes);
  }

  private long mapRing(OpenFile ring, long bytes) throws ErrnoException {
    try {
      return map.mapLocked(0, bytes, Prot.READ | Prot.WRITE, MapFlags.SHARED, ring, 0);
    } catch (ErrnoException refused) {
      throw Errno.ENOMEM.failure(); // whatever the reason was
    }
  }

  /**
   * io_destroy(2): unmaps as much as the ring once had, at where it was last seen. What the caller
   * says is a context is read first, so that a stack grows to it.
   *
   * @throws ErrnoException EINVAL if there is no such context, or its first word cannot be read
   */
  public void destroy(long address) throws ErrnoException {
    Context context;
    mm.lock().lock();
    try {
      context = take(address);
      unmapRing(context);
    } finally {
      mm.lock().unlock();
    }
    // The ring's pages go, also from a forked child's mapping, which has a lock of its own.
    context.ring().inode().truncate(0);
  }

  private Context take(long address) throws ErrnoException {
    boolean readable = memory.read(address, Integer.BYTES);
    Context context = mm.asyncIo().find(address);
    if (context == null || !readable) {
      throw Errno.EINVAL.failure();
    }
    mm.asyncIo().remove(context);
    mm.kernel().asyncIoRequests().addAndGet(-context.requests());
    return context;
  }

  private void unmapRing(Context context) {
    try {
      unmap.unmapLocked(context.address(), context.length());
    } catch (ErrnoException sealed) {
      return; // the context is gone all the same
    }
  }
}
