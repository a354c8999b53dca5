// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MappingImage;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A file of hugetlbfs: pages are reserved when it is mapped and cuts are made at huge-page
 * boundaries only.
 *
 * <p>Reservations are kept by mapping. Linux keeps them by file for shared mappings, so that a
 * second shared mapping of the same range reserves nothing: here it does.
 */
public final class HugetlbFile implements LegacyMmap, MappingImage {
  private final HugePagePool pool;
  private final long pageSize;

  /** Files with huge pages of {@code pageSize} bytes, a power of two, from {@code pool}. */
  public HugetlbFile(HugePagePool pool, long pageSize) {
    this.pool = pool;
    this.pageSize = pageSize;
  }

  /** A mount of hugetlbfs. */
  public static FileSystem fileSystem() {
    return new FileSystem("hugetlbfs", false, false);
  }

  @Override
  public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
    long perHuge = Pages.count(pageSize);
    if ((vma.pgoff() & (perHuge - 1)) != 0 || Pages.bytes(vma.pgoff()) + vma.size() < 0) {
      throw Errno.EINVAL.failure();
    }
    boolean reserves = (vma.vmFlags() & VmFlags.NORESERVE) == 0;
    long pages = reserves ? vma.size() / pageSize : 0;
    if (pool.free(pageSize) < pages) {
      throw Errno.ENOMEM.failure();
    }
    pool.take(pageSize, pages);
    vma.vmFlags(vma.vmFlags() | VmFlags.HUGETLB | VmFlags.DONTEXPAND);
    vma.ops(new Reservation(pool, pageSize, pages));
  }

  @Override
  public VmOperations callbacksOfFound(long vmFlags) {
    return new Reservation(pool, pageSize, 0);
  }

  @Override
  public byte[] saveCallbacks(VmOperations callbacks) {
    if (!(callbacks instanceof Reservation reservation)) {
      throw new IllegalArgumentException("callbacks of another driver");
    }
    return reservation.state();
  }

  @Override
  public VmOperations restoreCallbacks(byte[] state) throws ErrnoException {
    if (state.length != 2 * Long.BYTES) {
      throw new IllegalArgumentException("a reservation of huge pages has " + state.length);
    }
    ByteBuffer fields = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
    long held = fields.getLong();
    long movedAway = fields.getLong();
    if (held < 0 || movedAway < 0) {
      throw new IllegalArgumentException("a reservation of fewer huge pages than none");
    }
    if (pool.free(pageSize) < held) {
      throw Errno.ENOMEM.failure();
    }
    pool.take(pageSize, held);
    Reservation reservation = new Reservation(pool, pageSize, held);
    reservation.movedAway = movedAway;
    return reservation;
  }

  @Override
  public void giveUp(Object restored) {
    if (restored instanceof Reservation reservation) {
      reservation.giveUp();
    }
  }

  @Override
  public long saveFrame(long pfn) {
    throw new IllegalArgumentException("a page frame of huge pages: " + Long.toHexString(pfn));
  }

  @Override
  public long restoreFrame(long saved) {
    throw new IllegalArgumentException("a page frame of huge pages");
  }

  @Override
  public Placement placement() {
    return Placement.HUGETLB;
  }

  @Override
  public long hugePageSize() {
    return pageSize;
  }

  /** Callbacks of one mapping and what was split from it; guarded by the address space's lock. */
  private static final class Reservation implements VmOperations {
    private final HugePagePool pool;
    private final long pageSize;
    private long held;
    private long movedAway;

    Reservation(HugePagePool pool, long pageSize, long held) {
      this.pool = pool;
      this.pageSize = pageSize;
      this.held = held;
    }

    synchronized void giveUp() {
      pool.take(pageSize, -held);
      held = 0;
    }

    synchronized byte[] state() {
      return ByteBuffer.allocate(2 * Long.BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(held)
          .putLong(movedAway)
          .array();
    }

    @Override
    public boolean hasClose() {
      return true;
    }

    /** What is unmapped right after a move lives on at its new place. */
    @Override
    public synchronized @Nullable Errno mremap(Vma moved) {
      movedAway += moved.length() / pageSize;
      return null;
    }

    @Override
    public synchronized void close(Vma vma) {
      long pages = vma.length() / pageSize;
      long stays = Math.min(pages, movedAway);
      movedAway -= stays;
      long released = Math.min(pages - stays, held);
      held -= released;
      pool.take(pageSize, -released);
    }

    @Override
    public @Nullable Errno maySplit(Vma vma, long address) {
      return (address & (pageSize - 1)) == 0 ? null : Errno.EINVAL;
    }
  }
}
