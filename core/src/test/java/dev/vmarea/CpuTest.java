// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Contents: what is stored is what is loaded, in whose memory, and what is refused how. */
class CpuTest extends CpuLab {
  @Test
  void valuesOfEachSizeAlsoAcrossPages() {
    anonymous(0, 2);
    for (long address : new long[] {at(0), at(0) + 1, at(1) - 3, at(1) - 1}) {
      cpu.storeLong(address, 0x1122334455667788L);
      assertThat(cpu.loadLong(address)).isEqualTo(0x1122334455667788L);
      assertThat(cpu.loadByte(address)).isEqualTo((byte) 0x88);
      cpu.storeInt(address, 0x12345678);
      assertThat(cpu.loadInt(address)).isEqualTo(0x12345678);
      cpu.storeShort(address, (short) 0x4321);
      assertThat(cpu.loadShort(address)).isEqualTo((short) 0x4321);
      assertThat(cpu.loadLong(address)).isEqualTo(0x1122334412344321L);
    }
  }

  @Test
  void readingCreatesNoIdentityAndWritingDoes() {
    anonymous(0, 4);
    assertThat(cpu.loadLong(at(2))).isZero();
    assertThat(space.lookup(at(2)).anon()).isNull();
    cpu.storeByte(at(2), (byte) 7);
    assertThat(space.lookup(at(2)).anon()).isNotNull();
    assertThat(cpu.loadByte(at(2))).isEqualTo((byte) 7);
  }

  @Test
  void signals() {
    anonymous(0, 4);
    faults(MemoryFault.Cause.MAPERR, at(4), () -> cpu.loadByte(at(4)));
    faults(MemoryFault.Cause.MAPERR, 0x123, () -> cpu.storeByte(0x123, (byte) 1));
    faults(MemoryFault.Cause.NOT_CANONICAL, 0, () -> cpu.loadByte(0x8000_0000_0000_0000L));
    cpu.storeByte(at(0), (byte) 1);
    calls.mprotect(at(0), Pages.SIZE, 1);
    faults(MemoryFault.Cause.ACCERR, at(0) + 5, () -> cpu.storeByte(at(0) + 5, (byte) 1));
    assertThat(cpu.loadByte(at(0))).isEqualTo((byte) 1);
    calls.mprotect(at(0), Pages.SIZE, 0);
    faults(MemoryFault.Cause.ACCERR, at(0), () -> cpu.loadByte(at(0)));
    calls.mprotect(at(0), Pages.SIZE, 3);
    cpu.storeByte(at(0), (byte) 9);
    assertThat(cpu.loadByte(at(0))).isEqualTo((byte) 9);
    calls.munmap(at(0), Pages.SIZE);
    faults(MemoryFault.Cause.MAPERR, at(0), () -> cpu.loadByte(at(0)));
  }

  @Test
  void aStoreAcrossPagesIsAllOrNothing() {
    anonymous(0, 1);
    faults(MemoryFault.Cause.MAPERR, at(1), () -> cpu.storeLong(at(1) - 4, -1));
    assertThat(cpu.loadInt(at(1) - 4)).isZero();
    assertThat(space.lookup(at(0)).anon()).as("the first page was faulted in").isNotNull();
  }

  @Test
  void anAccessAcrossPagesFaultsAtTheFirstPageFirst() {
    anonymous(1, 2);
    faults(MemoryFault.Cause.MAPERR, at(1) - 4, () -> cpu.storeLong(at(1) - 4, -1));
    faults(MemoryFault.Cause.MAPERR, at(1) - 4, () -> cpu.loadLong(at(1) - 4));
    assertThat(space.lookup(at(1)).anon()).as("the second page is untouched").isNull();
    assertThat(cpu.loadInt(at(1))).isZero();
  }

  @Test
  void aChildHasItsOwnMemory() throws Exception {
    anonymous(0, 2);
    cpu.storeLong(at(0), 1);
    AddressSpace child = space.fork(space.task().copy());
    try (Cpu other = child.cpu()) {
      assertThat(other.loadLong(at(0))).isEqualTo(1);
      other.storeLong(at(0), 2);
      assertThat(cpu.loadLong(at(0))).isEqualTo(1);
      cpu.storeLong(at(0), 3);
      assertThat(other.loadLong(at(0))).isEqualTo(2);
    }
    child.verify();
    child.exit();
  }

  @Test
  void sharedMemoryIsShared() throws Exception {
    int shared = MapFlags.SHARED | MapFlags.ANONYMOUS | MapFlags.FIXED;
    calls.mmap(at(0), Pages.bytes(2), 3, shared, null, 0);
    cpu.storeLong(at(0), 1);
    AddressSpace child = space.fork(space.task().copy());
    try (Cpu other = child.cpu()) {
      other.storeLong(at(1), 5);
      assertThat(other.loadLong(at(0))).isEqualTo(1);
      assertThat(cpu.loadLong(at(1))).isEqualTo(5);
    }
    child.exit();
  }

  private OpenFile file(int pages) {
    return ShmemFile.unnamed("/memfd:x", Pages.bytes(pages));
  }

  @Test
  void privateFilePagesAreCopiedAndSharedOnesAreTheFiles() {
    OpenFile file = file(4);
    calls.mmap(at(0), Pages.bytes(4), 3, MapFlags.SHARED | MapFlags.FIXED, file, 0);
    calls.mmap(at(8), Pages.bytes(4), 3, MapFlags.PRIVATE | MapFlags.FIXED, file, 0);
    cpu.storeLong(at(0), 1);
    assertThat(cpu.loadLong(at(8))).isEqualTo(1);
    cpu.storeLong(at(8), 2);
    assertThat(cpu.loadLong(at(0))).isEqualTo(1);
    cpu.storeLong(at(0), 3);
    assertThat(cpu.loadLong(at(8))).as("the copy is its own").isEqualTo(2);
    assertThat(calls.madvise(at(8), Pages.SIZE, 4)).isZero();
    assertThat(cpu.loadLong(at(8))).as("MADV_DONTNEED").isEqualTo(3);
    file.inode().truncate(0);
  }

  @Test
  void truncationTakesPagesAwayEverywhere() {
    OpenFile file = file(4);
    calls.mmap(at(0), Pages.bytes(4), 3, MapFlags.SHARED | MapFlags.FIXED, file, 0);
    calls.mmap(at(8), Pages.bytes(4), 3, MapFlags.PRIVATE | MapFlags.FIXED, file, 0);
    for (long page : new long[] {0, 1, 2, 8, 9, 10}) {
      cpu.storeLong(at(page) + 100, page + 1);
    }
    file.inode().truncate(Pages.SIZE + 50);
    assertThat(cpu.loadLong(at(0) + 100)).isEqualTo(1);
    assertThat(cpu.loadLong(at(1) + 100)).as("behind the end, in the last page").isZero();
    assertThat(cpu.loadLong(at(9) + 100)).as("a private copy before the end").isEqualTo(10);
    faults(MemoryFault.Cause.BUS, at(2), () -> cpu.loadLong(at(2)));
    faults(MemoryFault.Cause.BUS, at(10), () -> cpu.loadLong(at(10)));
    file.inode().truncate(Pages.bytes(4));
    assertThat(cpu.loadLong(at(2) + 100)).isZero();
    file.inode().punchHole(0, 1);
    assertThat(cpu.loadLong(at(0) + 100)).isZero();
    assertThat(cpu.loadLong(at(8) + 100)).as("a private copy").isEqualTo(9);
    file.inode().truncate(0);
  }

  @Test
  void movedMemoryKeepsItsContents() {
    anonymous(0, 4);
    cpu.storeLong(at(3), 42);
    assertThat(calls.mremap(at(0), Pages.bytes(4), Pages.bytes(4), 3, at(600))).isEqualTo(at(600));
    assertThat(cpu.loadLong(at(603))).isEqualTo(42);
    faults(MemoryFault.Cause.MAPERR, at(3), () -> cpu.loadLong(at(3)));
  }

  @Test
  void bulkCopies() {
    anonymous(0, 3);
    byte[] data = new byte[2 * 4096 + 100];
    new java.util.Random(1).nextBytes(data);
    cpu.store(at(0) + 50, data, 0, data.length);
    byte[] back = new byte[data.length];
    cpu.load(at(0) + 50, back, 0, back.length);
    assertThat(back).isEqualTo(data);
  }

  /** A store never lands in memory that has been unmapped, nor in what is mapped there next. */
  @Test
  @Timeout(60)
  void anotherThreadsUnmappingIsSeen() throws Exception {
    anonymous(0, 1);
    anonymous(1, 2);
    AtomicBoolean running = new AtomicBoolean(true);
    AtomicBoolean faulted = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    Thread writer =
        new Thread(() -> {
          try (Cpu own = space.cpu()) {
            long value = 0;
            while (running.get()) {
              try {
                own.storeLong(at(0), ++value);
              } catch (MemoryFault gone) {
                faulted.set(true);
              }
              begun.countDown();
            }
          }
        });
    writer.start();
    begun.await();
    for (int round = 0; round < 2000 || !faulted.get(); round++) {
      calls.munmap(at(0), Pages.SIZE);
      // The frame that is free now is the next one allocated.
      calls.munmap(at(1), Pages.SIZE);
      anonymous(1, 2);
      cpu.storeLong(at(1), -1);
      assertThat(cpu.loadLong(at(1))).isEqualTo(-1);
      anonymous(0, 1);
    }
    running.set(false);
    writer.join();
  }

  /** Each waits for the other's accessor while that one waits for the lock. */
  @Test
  @Timeout(60)
  void threadsThatStoreAndUnmapDoNotWaitForEachOther() throws Exception {
    List<Thread> threads = new ArrayList<>();
    AtomicInteger finished = new AtomicInteger();
    for (int i = 0; i < 3; i++) {
      long first = 16L * i;
      Thread thread =
          new Thread(() -> {
            try (Cpu own = space.cpu()) {
              for (int round = 0; round < 500; round++) {
                anonymous(first, first + 2);
                own.storeLong(at(first + 1) - 4, round);
                assertThat(own.loadLong(at(first + 1) - 4)).isEqualTo(round);
                calls.munmap(at(first), Pages.bytes(2));
              }
              finished.incrementAndGet();
            }
          });
      threads.add(thread);
      thread.setDaemon(true);
      thread.start();
    }
    cpu.offline();
    for (Thread thread : threads) {
      thread.join();
    }
    cpu.online();
    assertThat(finished).hasValue(3);
  }

  @Test
  void aThreadThatEndedIsNotWaitedFor() throws Exception {
    anonymous(0, 1);
    AtomicReference<Cpu> left = new AtomicReference<>();
    Thread thread =
        new Thread(() -> {
          left.set(space.cpu());
          left.get().storeByte(at(0), (byte) 1);
        });
    thread.start();
    thread.join();
    assertThat(calls.munmap(at(0), Pages.SIZE)).isZero();
    left.get().close();
  }

  @Test
  void arraysThatAreTooShortAreRefusedBeforeAByteIsCopied() {
    anonymous(0, 1);
    byte[] data = new byte[8];
    Arrays.fill(data, (byte) 1);
    assertThatThrownBy(() -> cpu.store(at(0), data, 4, 5))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> cpu.load(at(0), data, 0, -1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(cpu.loadLong(at(0))).isZero();
  }
}
