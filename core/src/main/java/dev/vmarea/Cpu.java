// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.Pages;
import dev.vmarea.fault.Access;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.fault.PageFault;
import dev.vmarea.fault.Translations;
import dev.vmarea.memory.FrameMagazine;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.AccessorSet;
import dev.vmarea.pagetable.KernelEntry;
import dev.vmarea.pagetable.LeafCache;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Loads, stores and instruction fetches of one thread in an address space, through its page tables:
 * what a processor does. Values are little-endian, addresses any byte. An access that Linux answers
 * with a signal throws a {@link MemoryFault}, which says which and where; one of up to 64 bits that
 * crosses pages is all or nothing, except that its first page may have been faulted in. Lengths are
 * bytes. Operations that are atomic between threads: {@link #atomics}.
 *
 * <p>Where a page's frame is not RAM, the {@link dev.vmarea.memory.DeviceMemory} attached there
 * answers, asked in the order of addresses by aligned accesses of 8 bytes at most; if there is
 * none, that is a BUS.
 *
 * <p>For one thread, the one that made it. It remembers translations; a call by another thread that
 * takes rights away waits until this one has seen it, which each access here does. So a thread that
 * is to do something else for long calls {@link #offline} before and {@link #online} behind it, and
 * {@link #close} at its end; in a loop without accesses it calls {@link #checkpoint}.
 */
public final class Cpu implements AutoCloseable {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SEEN;

  static {
    try {
      SEEN = MethodHandles.lookup().findVarHandle(Cpu.class, "seen", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What {@link #seen} is while nobody need wait for this accessor. */
  private static final long OFFLINE = Long.MAX_VALUE;

  /**
   * A driver may map less than was asked for, so that a store faults twice. One that maps nothing
   * and says it did would fault for ever on Linux; here that is a BUS. More than two, because what
   * a fault finds in order another thread may change before it is used, time and again.
   */
  private static final int MOST_ANSWERS = 16;

  private final Mm mm;
  private final Task task;
  private final PageTables tables;
  private final LeafCache leaves;
  private final PhysicalMemory memory;
  private final FrameMagazine frames;
  private final Translations reads = new Translations();
  private final Translations writes = new Translations();
  private final Translations fetches = new Translations();
  private final Atomics atomics = new Atomics(this, reads, writes);
  private final BulkAccess bulk = new BulkAccess(this, reads, writes);
  private final CrossingAccess crossingReads = new CrossingAccess(this, reads, Access.READ);
  private final CrossingAccess crossingWrites = new CrossingAccess(this, writes, Access.WRITE);
  private final CrossingAccess crossingFetches = new CrossingAccess(this, fetches, Access.EXECUTE);
  private final Thread thread = Thread.currentThread();
  private final KernelEntry inKernel = KernelEntry.ofThread();
  private final AccessorSet.Accessor place = this::mayBeBehind;

  /** The generation of the page tables whose changes have been heeded. */
  private long seen;

  Cpu(Mm mm, Task task) {
    this.mm = mm;
    this.task = task;
    this.memory = mm.kernel().memory();
    this.frames = memory.magazine();
    mm.lock().lock();
    try {
      this.tables = mm.pageTables();
      this.leaves = new LeafCache(tables);
      this.seen = tables.generation();
      tables.accessors().add(place);
    } finally {
      mm.lock().unlock();
    }
  }

  private boolean mayBeBehind(long generation) {
    return (long) SEEN.getVolatile(this) < generation
        && Thread.currentThread() != thread
        && !inKernel.isInside()
        && thread.isAlive();
  }

  /** Heeds what other threads have changed. */
  public void checkpoint() {
    long now = tables.generation();
    if (now != seen) {
      reads.clear();
      writes.clear();
      fetches.clear();
      leaves.heed(tables);
      SEEN.setRelease(this, now);
    }
  }

  /** Nobody waits for this accessor until it is {@link #online} again; it may not be used. */
  public void offline() {
    SEEN.setRelease(this, OFFLINE);
  }

  /** It may be used again. */
  public void online() {
    SEEN.setVolatile(this, 0L);
    checkpoint();
  }

  /** The end of its use. */
  @Override
  public void close() {
    offline();
    tables.accessors().remove(place);
    frames.close();
  }

  /** The generation of the page tables that was looked at last: what was found then holds. */
  long generation() {
    return seen;
  }

  /**
   * The slot of the page in {@code translations}, made if it must be; then its memory is known. Or
   * {@link Translations#DEVICE}.
   */
  int translate(Translations translations, long address, Access access) {
    checkpoint();
    int slot = translations.slot(address);
    if (!translations.holds(slot, address)) {
      return miss(translations, slot, address, access);
    }
    return slot;
  }

  /**
   * Finds the entry without a lock: whoever takes it away after it was read waits for this accessor
   * before the page gets another use, or the device is thought to be out of reach. While a fault is
   * handled nobody waits for it.
   */
  private int miss(Translations translations, int slot, long address, Access access) {
    int unchanged = 0;
    while (true) {
      int place = translations.fill(slot, address, access, tables, leaves, memory);
      if (place != Translations.REFUSED) {
        return place;
      }
      if (unchanged == MOST_ANSWERS) {
        throw new MemoryFault(MemoryFault.Cause.BUS, address);
      }
      inKernel.enter();
      try {
        boolean changed = new PageFault(mm, task, address, access, frames).handle();
        unchanged += changed ? 0 : 1;
      } finally {
        inKernel.leave();
        checkpoint();
      }
    }
  }

  /**
   * The place of the page of {@code address} in the translations of reads, until the next one, or
   * {@link Translations#DEVICE}.
   */
  int readable(long address) {
    return translate(reads, address, Access.READ);
  }

  /** The same for writes. */
  int writable(long address) {
    return translate(writes, address, Access.WRITE);
  }

  private static boolean crosses(long address, int bytes) {
    return (address & Pages.OFFSET_MASK) > Pages.SIZE - bytes;
  }

  /** The byte at {@code address}. */
  public byte loadByte(long address) {
    int slot = translate(reads, address, Access.READ);
    if (slot == Translations.DEVICE) {
      return (byte) reads.device().load(address, Byte.BYTES);
    }
    return reads.memory(slot).get(ValueLayout.JAVA_BYTE, reads.offset(slot, address));
  }

  /** The 16 bits at {@code address}. */
  public short loadShort(long address) {
    if (crosses(address, Short.BYTES)) {
      return (short) crossingReads.load(address, Short.BYTES);
    }
    int slot = translate(reads, address, Access.READ);
    if (slot == Translations.DEVICE) {
      return (short) reads.device().load(address, Short.BYTES);
    }
    return reads.memory(slot).get(SHORT, reads.offset(slot, address));
  }

  /** The 32 bits at {@code address}. */
  public int loadInt(long address) {
    if (crosses(address, Integer.BYTES)) {
      return (int) crossingReads.load(address, Integer.BYTES);
    }
    int slot = translate(reads, address, Access.READ);
    if (slot == Translations.DEVICE) {
      return (int) reads.device().load(address, Integer.BYTES);
    }
    return reads.memory(slot).get(INT, reads.offset(slot, address));
  }

  /** The 64 bits at {@code address}. */
  public long loadLong(long address) {
    if (crosses(address, Long.BYTES)) {
      return crossingReads.load(address, Long.BYTES);
    }
    int slot = translate(reads, address, Access.READ);
    if (slot == Translations.DEVICE) {
      return reads.device().load(address, Long.BYTES);
    }
    return reads.memory(slot).get(LONG, reads.offset(slot, address));
  }

  /** Stores a byte at {@code address}. */
  public void storeByte(long address, byte value) {
    int slot = translate(writes, address, Access.WRITE);
    if (slot == Translations.DEVICE) {
      writes.device().store(address, Byte.BYTES, value);
      return;
    }
    writes.memory(slot).set(ValueLayout.JAVA_BYTE, writes.offset(slot, address), value);
  }

  /** Stores 16 bits at {@code address}. */
  public void storeShort(long address, short value) {
    if (crosses(address, Short.BYTES)) {
      crossingWrites.store(address, Short.BYTES, value);
      return;
    }
    int slot = translate(writes, address, Access.WRITE);
    if (slot == Translations.DEVICE) {
      writes.device().store(address, Short.BYTES, value);
      return;
    }
    writes.memory(slot).set(SHORT, writes.offset(slot, address), value);
  }

  /** Stores 32 bits at {@code address}. */
  public void storeInt(long address, int value) {
    if (crosses(address, Integer.BYTES)) {
      crossingWrites.store(address, Integer.BYTES, value);
      return;
    }
    int slot = translate(writes, address, Access.WRITE);
    if (slot == Translations.DEVICE) {
      writes.device().store(address, Integer.BYTES, value);
      return;
    }
    writes.memory(slot).set(INT, writes.offset(slot, address), value);
  }

  /** Stores 64 bits at {@code address}. */
  public void storeLong(long address, long value) {
    if (crosses(address, Long.BYTES)) {
      crossingWrites.store(address, Long.BYTES, value);
      return;
    }
    int slot = translate(writes, address, Access.WRITE);
    if (slot == Translations.DEVICE) {
      writes.device().store(address, Long.BYTES, value);
      return;
    }
    writes.memory(slot).set(LONG, writes.offset(slot, address), value);
  }

  /** The byte at {@code address}, fetched as an instruction: the page must be executable. */
  public byte fetchByte(long address) {
    int slot = translate(fetches, address, Access.EXECUTE);
    if (slot == Translations.DEVICE) {
      return (byte) fetches.device().load(address, Byte.BYTES);
    }
    return fetches.memory(slot).get(ValueLayout.JAVA_BYTE, fetches.offset(slot, address));
  }

  /** 16 bits at {@code address}, fetched as an instruction or a part of one. */
  public short fetchShort(long address) {
    if (crosses(address, Short.BYTES)) {
      return (short) crossingFetches.load(address, Short.BYTES);
    }
    int slot = translate(fetches, address, Access.EXECUTE);
    if (slot == Translations.DEVICE) {
      return (short) fetches.device().load(address, Short.BYTES);
    }
    return fetches.memory(slot).get(SHORT, fetches.offset(slot, address));
  }

  /** 32 bits at {@code address}, fetched as an instruction. */
  public int fetchInt(long address) {
    if (crosses(address, Integer.BYTES)) {
      return (int) crossingFetches.load(address, Integer.BYTES);
    }
    int slot = translate(fetches, address, Access.EXECUTE);
    if (slot == Translations.DEVICE) {
      return (int) fetches.device().load(address, Integer.BYTES);
    }
    return fetches.memory(slot).get(INT, fetches.offset(slot, address));
  }

  /** Operations that are atomic between threads. */
  public Atomics atomics() {
    return atomics;
  }

  /**
   * Copies out of memory.
   *
   * @throws MemoryFault at the first byte that cannot be read; what lies before it was copied
   * @throws IndexOutOfBoundsException if the array does not have the range; nothing was copied
   */
  public void load(long address, byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    bulk.load(address, MemorySegment.ofArray(target), offset, length);
  }

  /**
   * Copies out of memory as much as {@code target} has room for.
   *
   * @throws MemoryFault at the first byte that cannot be read; what lies before it was copied
   */
  public void load(long address, MemorySegment target) {
    bulk.load(address, target, 0, target.byteSize());
  }

  /**
   * Copies out of memory into what remains of {@code target}, whose position is behind it then.
   *
   * @throws MemoryFault at the first byte that cannot be read; what lies before it was copied, and
   *     the position stays
   */
  public void load(long address, ByteBuffer target) {
    load(address, MemorySegment.ofBuffer(target));
    target.position(target.limit());
  }

  /**
   * Copies into memory.
   *
   * @throws MemoryFault at the first byte that cannot be written; what lies before it was written
   * @throws IndexOutOfBoundsException if the array does not have the range; nothing was written
   */
  public void store(long address, byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    bulk.store(address, MemorySegment.ofArray(source), offset, length);
  }

  /**
   * Copies all of {@code source} into memory.
   *
   * @throws MemoryFault at the first byte that cannot be written; what lies before it was written
   */
  public void store(long address, MemorySegment source) {
    bulk.store(address, source, 0, source.byteSize());
  }

  /**
   * Copies what remains of {@code source} into memory; its position is behind it then.
   *
   * @throws MemoryFault at the first byte that cannot be written; what lies before it was written,
   *     and the position stays
   */
  public void store(long address, ByteBuffer source) {
    store(address, MemorySegment.ofBuffer(source));
    source.position(source.limit());
  }

  /**
   * Stores {@code value} in {@code length} bytes.
   *
   * @throws MemoryFault at the first byte that cannot be written; what lies before it was written
   */
  public void fill(long address, long length, byte value) {
    bulk.fill(address, length, value);
  }

  /**
   * Copies {@code length} bytes from one place to another; the ranges may overlap, as in memmove.
   *
   * @throws MemoryFault at a page that cannot be read or written; what was copied before stays,
   *     which is the upper part if {@code to} lies inside the source, else the lower one
   */
  public void copy(long from, long to, long length) {
    bulk.copy(from, to, length);
  }

  /**
   * The bytes from {@code address} to the first 0, without it, but {@code most} at most; then there
   * was no 0 among them. What lies behind it is not touched (strncpy_from_user).
   *
   * @throws MemoryFault at the first byte that cannot be read, if no 0 lies before it
   */
  public byte[] loadString(long address, int most) {
    return bulk.loadString(address, most);
  }
}
