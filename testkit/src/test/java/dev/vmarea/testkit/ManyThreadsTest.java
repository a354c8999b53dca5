// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.Syscalls;
import dev.vmarea.base.Advice;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Eight threads load, store, map, unmap, protect, move, fork and cut files together. Whatever they
 * do, a byte is never lost, torn, late, or another page's:
 *
 * <ul>
 *   <li>each thread has pages of its own, in one area with everybody's, which hold what it stored;
 *   <li>a word of the common pages is zero or names the place it was stored at: of anonymous memory
 *       the address, of a file's the offset in its page, for that is in several places;
 *   <li>what was unmapped and mapped again without the right to write stays zero, what was made
 *       read-only and what a child got at fork stays as it is, however many threads are storing.
 * </ul>
 *
 * <p>{@code -Dvmarea.stress.seconds=120} for longer; seeds are printed on failure, but threads
 * decide the rest.
 */
class ManyThreadsTest {
  private static final int THREADS = 8;
  private static final long OWN = 0x100000000000L;
  private static final int OWN_PAGES = 8;
  private static final long COMMON = 0x110000000000L;
  private static final int SLOTS = 12;
  private static final int SLOT_PAGES = 3;
  private static final int ANONYMOUS = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED;
  private static final int READ_WRITE = 3;

  private final Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
  private final Task task = new Task(new ResourceLimits(), -1L);
  private final AddressSpace space = machine.newAddressSpace(layout(), task);
  private final OpenFile file = ShmemFile.unnamed("/memfd:common", Pages.bytes(SLOTS * SLOT_PAGES));
  private final ReentrantLock[] slotLocks = new ReentrantLock[SLOTS];
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final AtomicInteger steps = new AtomicInteger();

  private static ProgramLayout layout() {
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    return layout;
  }

  @Test
  @Timeout(600)
  void noByteIsLostTornLateOrAnothers() throws Exception {
    long nanos = Long.getLong("vmarea.stress.seconds", 6) * 1_000_000_000L;
    Syscalls calls = space.syscalls();
    calls.mmap(OWN, Pages.bytes(THREADS * OWN_PAGES), READ_WRITE, ANONYMOUS, null, 0);
    for (int slot = 0; slot < SLOTS; slot++) {
      slotLocks[slot] = new ReentrantLock();
      calls.mmap(start(slot), Pages.bytes(SLOT_PAGES), READ_WRITE, ANONYMOUS, null, 0);
    }
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      threads.add(Thread.ofPlatform().start(() -> run(number)));
    }
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end && failure.get() == null) {
      Thread.sleep(100);
      space.verify();
    }
    stop.set(true);
    for (Thread thread : threads) {
      thread.join(60_000);
      assertThat(thread.isAlive()).as("a thread hangs").isFalse();
    }
    if (failure.get() != null) {
      throw new AssertionError("after " + steps + " steps", failure.get());
    }
    space.verify();
    space.exit();
    file.inode().truncate(0);
    assertThat(machine.kernel().memory().allocatedPages()).as("but for the zeroes").isOne();
    System.out.println("ManyThreadsTest: " + steps + " steps of " + THREADS + " threads");
    assertThat(steps.get()).isGreaterThan(1000);
  }

  private void run(int number) {
    try (Cpu cpu = space.cpu()) {
      Worker worker = new Worker(number, cpu);
      while (!stop.get()) {
        worker.step();
        steps.incrementAndGet();
      }
      worker.checkOwn();
    } catch (Throwable thrown) {
      failure.compareAndSet(null, new AssertionError("thread " + number, thrown));
      stop.set(true);
    }
  }

  private static long start(int slot) {
    return COMMON + Pages.bytes((long) slot * SLOT_PAGES);
  }

  /** What one thread does and knows. */
  private final class Worker {
    private final int number;
    private final Cpu cpu;
    private final SplittableRandom random;
    private final Syscalls calls = space.syscalls();
    private final long own;
    private final long[] expected = new long[OWN_PAGES * 8];

    Worker(int number, Cpu cpu) {
      this.number = number;
      this.cpu = cpu;
      this.random = new SplittableRandom(number);
      this.own = OWN + Pages.bytes((long) number * OWN_PAGES);
    }

    void step() throws ErrnoException {
      switch (random.nextInt(32)) {
        case 0 -> withSlot(this::remapWithoutWriting);
        case 1 -> withSlot(this::protect);
        case 2 -> withSlot(this::mapFile);
        case 3 -> withSlot(this::mapAnonymous);
        case 4 -> discard();
        case 5 -> fork();
        case 6 -> cutFile();
        case 7 -> moveOwn();
        case 8 -> withSlot(random.nextBoolean() ? this::unmapAndBack : this::checkAnonymous);
        case 9, 10, 11, 12 -> loadCommon();
        case 13, 14, 15 -> storeCommon();
        case 16, 17, 18 -> storePages();
        case 19 -> checkOwn();
        default -> useOwn();
      }
    }

    /** Own pages: every 512th byte is a word that this thread alone stores. */
    private void useOwn() {
      int word = random.nextInt(expected.length);
      long at = own + word * 512L;
      assertThat(cpu.loadLong(at)).as("own word %x", at).isEqualTo(expected[word]);
      expected[word] = random.nextLong();
      cpu.storeLong(at, expected[word]);
    }

    void checkOwn() {
      for (int word = 0; word < expected.length; word++) {
        assertThat(cpu.loadLong(own + word * 512L)).isEqualTo(expected[word]);
      }
    }

    /** Drops a page of its own, whose words are zeroes then. */
    private void discard() {
      int page = random.nextInt(OWN_PAGES);
      calls.madvise(own + Pages.bytes(page), Pages.SIZE, Advice.DONTNEED);
      Arrays.fill(expected, page * 8, page * 8 + 8, 0);
    }

    /** Away and back: contents move along. */
    private void moveOwn() {
      int page = random.nextInt(OWN_PAGES);
      long from = own + Pages.bytes(page);
      long to = 0x120000000000L + Pages.bytes(64L * number);
      int flags = MremapFlags.MAYMOVE | MremapFlags.FIXED;
      assertThat(calls.mremap(from, Pages.SIZE, Pages.SIZE, flags, to)).isEqualTo(to);
      assertThat(cpu.loadLong(to)).as("moved").isEqualTo(expected[page * 8]);
      assertThat(calls.mremap(to, Pages.SIZE, Pages.SIZE, flags, from)).isEqualTo(from);
      assertThat(cpu.loadLong(from)).as("moved back").isEqualTo(expected[page * 8]);
    }

    private long anyCommon() {
      return COMMON + random.nextInt(SLOTS * SLOT_PAGES * 512) * 8L;
    }

    /** A word says where it was stored: the offset in its page, and the page. */
    private long tag(long address) {
      long page = Pages.count(Pages.floor(address) - COMMON);
      return (address & Pages.OFFSET_MASK) << 32
          | 0x5a000000L
          | page << 16
          | random.nextInt(1 << 16);
    }

    private void check(long address, long value) {
      boolean fits =
          value == 0
              || value >>> 32 == (address & Pages.OFFSET_MASK) && (value >>> 24 & 0xff) == 0x5a;
      assertThat(fits).as("%x at %x", value, address).isTrue();
    }

    private void loadCommon() {
      try {
        long at = anyCommon();
        check(at, cpu.loadLong(at));
      } catch (MemoryFault expectedNow) {
        assertThat(expectedNow.reason())
            .isNotIn(MemoryFault.Cause.OUT_OF_MEMORY, MemoryFault.Cause.NOT_CANONICAL);
      }
    }

    private void storeCommon() {
      for (int i = 0; i < 16; i++) {
        long at = anyCommon();
        try {
          cpu.storeLong(at, tag(at));
        } catch (MemoryFault expectedNow) {
          assertThat(expectedNow.reason())
              .isNotIn(MemoryFault.Cause.OUT_OF_MEMORY, MemoryFault.Cause.NOT_CANONICAL);
        }
      }
    }

    /** Long stores, in whose middle the right to them may be taken. */
    private void storePages() {
      long at = COMMON + Pages.bytes(random.nextInt(SLOTS * SLOT_PAGES - 1));
      byte[] bytes = new byte[2 * (int) Pages.SIZE];
      ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < bytes.length; i += Long.BYTES) {
        words.putLong(i, tag(at + i));
      }
      try {
        cpu.store(at, bytes, 0, bytes.length);
      } catch (MemoryFault expectedNow) {
        assertThat(expectedNow.reason())
            .isNotIn(MemoryFault.Cause.OUT_OF_MEMORY, MemoryFault.Cause.NOT_CANONICAL);
      }
    }

    /** One thread at a time changes the mapping of a slot; all others go on using it. */
    private void withSlot(IntConsumer change) {
      int slot = random.nextInt(SLOTS);
      if (slotLocks[slot].tryLock()) {
        try {
          change.accept(slot);
        } finally {
          slotLocks[slot].unlock();
        }
      }
    }

    private void map(int slot, int prot) {
      long length = Pages.bytes(SLOT_PAGES);
      assertThat(calls.mmap(start(slot), length, prot, ANONYMOUS, null, 0)).isEqualTo(start(slot));
    }

    private void mapAnonymous(int slot) {
      map(slot, READ_WRITE);
    }

    /** What others are storing meanwhile goes to this place, too. */
    private void checkAnonymous(int slot) {
      if (space.lookup(start(slot)).file() != null) {
        return;
      }
      for (long at = start(slot); at < start(slot + 1); at += Long.BYTES) {
        long value = cpu.loadLong(at);
        check(at, value);
        boolean fits = value == 0 || (value >>> 16 & 0xff) == Pages.count(Pages.floor(at) - COMMON);
        assertThat(fits).as("another page's %x at %x", value, at).isTrue();
      }
    }

    private void unmapAndBack(int slot) {
      calls.munmap(start(slot), Pages.bytes(SLOT_PAGES));
      map(slot, READ_WRITE);
    }

    /** A store whose right was taken must not land in what came in its place. */
    private void remapWithoutWriting(int slot) {
      map(slot, 1);
      for (int i = 0; i < 200; i++) {
        long at = start(slot) + random.nextInt(SLOT_PAGES * 512) * 8L;
        assertThat(cpu.loadLong(at)).as("a late store at %x", at).isZero();
      }
      map(slot, READ_WRITE);
    }

    private void protect(int slot) {
      long length = Pages.bytes(SLOT_PAGES);
      calls.mprotect(start(slot), length, 1);
      boolean own = space.lookup(start(slot)).file() == null;
      long at = start(slot) + random.nextInt(SLOT_PAGES * 512) * 8L;
      if (own) {
        long before = cpu.loadLong(at);
        for (int i = 0; i < 200; i++) {
          assertThat(cpu.loadLong(at)).as("stored without the right, %x", at).isEqualTo(before);
        }
      }
      calls.mprotect(start(slot), length, READ_WRITE);
    }

    private void mapFile(int slot) {
      int flags = (random.nextBoolean() ? MapFlags.SHARED : MapFlags.PRIVATE) | MapFlags.FIXED;
      long offset = Pages.bytes((long) random.nextInt(SLOTS) * SLOT_PAGES);
      long length = Pages.bytes(SLOT_PAGES);
      assertThat(calls.mmap(start(slot), length, READ_WRITE, flags, file, offset))
          .isEqualTo(start(slot));
    }

    private void cutFile() {
      long pages = random.nextInt(SLOTS * SLOT_PAGES);
      if (random.nextBoolean()) {
        file.inode().truncate(Pages.bytes(pages));
        file.inode().truncate(Pages.bytes(SLOTS * SLOT_PAGES));
      } else {
        file.inode().punchHole(pages, pages + 2);
      }
    }

    /** The child's private memory does not change, whatever the parent's threads store. */
    private void fork() throws ErrnoException {
      AddressSpace child = space.fork(task);
      try (Cpu its = child.cpu()) {
        for (int page = 0; page < OWN_PAGES; page++) {
          int word = page * 8 + random.nextInt(8);
          long at = own + word * 512L;
          assertThat(its.loadLong(at)).as("the child's %x", at).isEqualTo(expected[word]);
          its.storeLong(at, ~expected[word]);
          assertThat(cpu.loadLong(at)).as("the parent's %x", at).isEqualTo(expected[word]);
        }
        for (int slot = 0; slot < SLOTS; slot++) {
          long at = start(slot) + random.nextInt(SLOT_PAGES * 512) * 8L;
          var area = child.lookup(at);
          if (area != null && area.file() == null) {
            long first = its.loadLong(at);
            check(at, first);
            Thread.onSpinWait();
            assertThat(its.loadLong(at)).as("the child's %x", at).isEqualTo(first);
          }
        }
      } finally {
        child.exit();
      }
    }
  }
}
