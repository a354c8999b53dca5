// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.fault.MemoryFault.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Atomic operations: what they do, to which bytes, and that nobody comes between. */
class AtomicsTest extends CpuLab {
  private static final int ROUNDS = 200_000;

  private Atomics atomics;

  @BeforeEach
  void takeAtomics() {
    atomics = cpu.atomics();
  }

  @Test
  void longs() {
    anonymous(0, 1);
    long at = at(0) + 8;
    atomics.storeReleaseLong(at, 0x1122_3344_5566_7788L);
    assertThat(atomics.loadAcquireLong(at)).isEqualTo(0x1122_3344_5566_7788L);
    assertThat(cpu.loadByte(at)).as("little-endian").isEqualTo((byte) 0x88);
    assertThat(atomics.compareAndSetLong(at, 1, 2)).isFalse();
    assertThat(atomics.compareAndSetLong(at, 0x1122_3344_5566_7788L, 10)).isTrue();
    assertThat(atomics.compareAndExchangeLong(at, 9, 11)).isEqualTo(10);
    assertThat(atomics.compareAndExchangeLong(at, 10, 11)).isEqualTo(10);
    assertThat(atomics.getAndSetLong(at, 0xff)).isEqualTo(11);
    assertThat(atomics.getAndAddLong(at, -1)).isEqualTo(0xff);
    assertThat(atomics.getAndBitwiseAndLong(at, 0x0f)).isEqualTo(0xfe);
    assertThat(atomics.getAndBitwiseOrLong(at, 0x30)).isEqualTo(0x0e);
    assertThat(atomics.getAndBitwiseXorLong(at, 0x3f)).isEqualTo(0x3e);
    assertThat(cpu.loadLong(at)).isEqualTo(0x01);
    assertThat(cpu.loadLong(at - 8) | cpu.loadLong(at + 8)).as("neighbours").isZero();
  }

  @Test
  void ints() {
    anonymous(0, 1);
    long at = at(0) + 4;
    atomics.storeReleaseInt(at, 0x8122_3344);
    assertThat(atomics.loadAcquireInt(at)).isEqualTo(0x8122_3344);
    assertThat(cpu.loadByte(at)).as("little-endian").isEqualTo((byte) 0x44);
    assertThat(atomics.compareAndSetInt(at, 1, 2)).isFalse();
    assertThat(atomics.compareAndSetInt(at, 0x8122_3344, 10)).isTrue();
    assertThat(atomics.compareAndExchangeInt(at, 9, 11)).isEqualTo(10);
    assertThat(atomics.compareAndExchangeInt(at, 10, 11)).isEqualTo(10);
    assertThat(atomics.getAndSetInt(at, 0xff)).isEqualTo(11);
    assertThat(atomics.getAndAddInt(at, -1)).isEqualTo(0xff);
    assertThat(atomics.getAndBitwiseAndInt(at, 0x0f)).isEqualTo(0xfe);
    assertThat(atomics.getAndBitwiseOrInt(at, 0x30)).isEqualTo(0x0e);
    assertThat(atomics.getAndBitwiseXorInt(at, 0x3f)).isEqualTo(0x3e);
    assertThat(cpu.loadInt(at)).isEqualTo(0x01);
    assertThat(cpu.loadInt(at - 4) | cpu.loadInt(at + 4)).as("neighbours").isZero();
  }

  /** At each place in a word, to which the neighbours belong, too. */
  @Test
  void shorts() {
    anonymous(0, 1);
    cpu.fill(at(0), Pages.SIZE, (byte) 0x5a);
    for (long at = at(1) - 8; at < at(1); at += 2) {
      atomics.storeReleaseShort(at, (short) 0x8122);
      assertThat(atomics.loadAcquireShort(at)).isEqualTo((short) 0x8122);
      assertThat(cpu.loadByte(at)).as("little-endian").isEqualTo((byte) 0x22);
      assertThat(atomics.compareAndSetShort(at, (short) 1, (short) 2)).isFalse();
      assertThat(atomics.compareAndSetShort(at, (short) 0x8122, (short) -10)).isTrue();
      assertThat(atomics.compareAndExchangeShort(at, (short) 9, (short) 11)).isEqualTo((short) -10);
      assertThat(atomics.compareAndExchangeShort(at, (short) -10, (short) 11))
          .isEqualTo((short) -10);
      assertThat(atomics.getAndSetShort(at, (short) 0xffff)).isEqualTo((short) 11);
      assertThat(atomics.getAndAddShort(at, (short) 2)).isEqualTo((short) -1);
      assertThat(atomics.getAndAddShort(at, (short) 0xfd)).as("no carry").isEqualTo((short) 1);
      assertThat(atomics.getAndBitwiseAndShort(at, (short) 0x0f)).isEqualTo((short) 0xfe);
      assertThat(atomics.getAndBitwiseOrShort(at, (short) 0x30)).isEqualTo((short) 0x0e);
      assertThat(atomics.getAndBitwiseXorShort(at, (short) 0x3f)).isEqualTo((short) 0x3e);
      assertThat(cpu.loadShort(at)).isEqualTo((short) 0x01);
      assertThat(cpu.loadShort(at - 2)).isEqualTo((short) 0x5a5a);
      cpu.storeShort(at, (short) 0x5a5a);
    }
    onlyFive(0x5a);
  }

  /** At each place in a word, to which the neighbours belong, too. */
  @Test
  void bytes() {
    anonymous(0, 1);
    cpu.fill(at(0), Pages.SIZE, (byte) 0x5a);
    for (long at = at(1) - 8; at < at(1); at++) {
      atomics.storeReleaseByte(at, (byte) 0x81);
      assertThat(atomics.loadAcquireByte(at)).isEqualTo((byte) 0x81);
      assertThat(atomics.compareAndSetByte(at, (byte) 1, (byte) 2)).isFalse();
      assertThat(atomics.compareAndSetByte(at, (byte) 0x81, (byte) -10)).isTrue();
      assertThat(atomics.compareAndExchangeByte(at, (byte) 9, (byte) 11)).isEqualTo((byte) -10);
      assertThat(atomics.compareAndExchangeByte(at, (byte) -10, (byte) 11)).isEqualTo((byte) -10);
      assertThat(atomics.getAndSetByte(at, (byte) 0xff)).isEqualTo((byte) 11);
      assertThat(atomics.getAndAddByte(at, (byte) 2)).isEqualTo((byte) -1);
      assertThat(atomics.getAndAddByte(at, (byte) 0xfd)).as("no carry").isEqualTo((byte) 1);
      assertThat(atomics.getAndBitwiseAndByte(at, (byte) 0x0f)).isEqualTo((byte) 0xfe);
      assertThat(atomics.getAndBitwiseOrByte(at, (byte) 0x30)).isEqualTo((byte) 0x0e);
      assertThat(atomics.getAndBitwiseXorByte(at, (byte) 0x3f)).isEqualTo((byte) 0x3e);
      assertThat(cpu.loadByte(at)).isEqualTo((byte) 0x01);
      cpu.storeByte(at, (byte) 0x5a);
    }
    onlyFive(0x5a);
  }

  private void onlyFive(int value) {
    byte[] page = new byte[(int) Pages.SIZE];
    cpu.load(at(0), page, 0, page.length);
    assertThat(page).containsOnly(value);
  }

  @Test
  void whatIsNotAlignedIsRefusedBeforeAnythingIsTranslated() {
    anonymous(0, 1);
    faults(Cause.ALIGNMENT, at(0) + 1, () -> atomics.getAndAddShort(at(0) + 1, (short) 1));
    faults(Cause.ALIGNMENT, at(0) + 2, () -> atomics.compareAndSetInt(at(0) + 2, 0, 1));
    faults(Cause.ALIGNMENT, at(0) + 4, () -> atomics.getAndSetLong(at(0) + 4, 1));
    faults(Cause.ALIGNMENT, at(0) + 4, () -> atomics.loadAcquireLong(at(0) + 4));
    faults(Cause.ALIGNMENT, at(0) + 1, () -> atomics.storeReleaseShort(at(0) + 1, (short) 1));
    faults(Cause.ALIGNMENT, at(9) + 1, () -> atomics.loadAcquireInt(at(9) + 1));
    assertThat(new MemoryFault(Cause.ALIGNMENT, 1).reason().signal()).isEqualTo(7);
    assertThat(new MemoryFault(Cause.ALIGNMENT, 1).reason().code()).isEqualTo(1);
    assertThat(cpu.loadLong(at(0))).isZero();
  }

  @Test
  void whatCouldChangeMemoryNeedsTheRightTo() {
    int readable = 1;
    calls.mmap(at(0), Pages.SIZE, readable, PRIVATE, null, 0);
    assertThat(atomics.loadAcquireInt(at(0))).isZero();
    faults(Cause.ACCERR, at(0), () -> atomics.compareAndSetInt(at(0), 1, 2));
    faults(Cause.ACCERR, at(0), () -> atomics.getAndAddByte(at(0), (byte) 0));
    faults(Cause.ACCERR, at(0), () -> atomics.storeReleaseLong(at(0), 0));
    faults(Cause.MAPERR, at(1), () -> atomics.compareAndSetByte(at(1), (byte) 1, (byte) 2));
    faults(Cause.MAPERR, at(1), () -> atomics.loadAcquireByte(at(1)));
    anonymous(1, 2);
    assertThat(atomics.compareAndSetInt(at(1), 1, 2)).isFalse();
    assertThat(space.lookup(at(1)).anon()).as("it was a write fault").isNotNull();
  }

  private interface Job {
    void run(Atomics atomics) throws MemoryFault;
  }

  /** Runs the jobs in threads that begin together. */
  private void together(AddressSpace where, Job... jobs) throws Exception {
    CyclicBarrier start = new CyclicBarrier(jobs.length);
    cpu.offline();
    try (ExecutorService threads = Executors.newFixedThreadPool(jobs.length)) {
      List<Future<?>> running = new ArrayList<>();
      for (Job job : jobs) {
        Callable<Integer> work =
            () -> {
              try (Cpu own = where.cpu()) {
                start.await();
                job.run(own.atomics());
                return 0;
              }
            };
        running.add(threads.submit(work));
      }
      for (Future<?> future : running) {
        future.get();
      }
    } catch (ExecutionException failed) {
      throw new AssertionError(failed.getCause());
    }
    cpu.online();
  }

  @Test
  @Timeout(60)
  void noAdditionIsLost() throws Exception {
    anonymous(0, 1);
    Job longs =
        own -> {
          for (int i = 0; i < ROUNDS; i++) {
            own.getAndAddLong(at(0), 1);
          }
        };
    together(space, longs, longs);
    assertThat(cpu.loadLong(at(0))).isEqualTo(2 * ROUNDS);
  }

  /** Each thread adds in its own way; all parts lie in one 64-bit word. */
  @Test
  @Timeout(60)
  void noAdditionToAPartOfAWordIsLost() throws Exception {
    anonymous(0, 1);
    Job bytes =
        own -> {
          for (int i = 0; i < ROUNDS; i++) {
            own.getAndAddByte(at(0) + 3, (byte) 1);
            own.getAndAddShort(at(0), (short) 3);
          }
        };
    Job compares =
        own -> {
          for (int i = 0; i < ROUNDS; i++) {
            short seen;
            do {
              seen = own.loadAcquireShort(at(0) + 4);
            } while (!own.compareAndSetShort(at(0) + 4, seen, (short) (seen + 5)));
            own.getAndAddByte(at(0) + 3, (byte) 1);
            own.getAndAddShort(at(0), (short) 3);
            own.getAndAddByte(at(0) + 7, (byte) 7);
          }
        };
    together(space, bytes, compares);
    assertThat(cpu.loadByte(at(0) + 3)).isEqualTo((byte) (2 * ROUNDS));
    assertThat(cpu.loadByte(at(0) + 2)).isZero();
    assertThat(cpu.loadShort(at(0))).isEqualTo((short) (6 * ROUNDS));
    assertThat(cpu.loadShort(at(0) + 4)).isEqualTo((short) (5 * ROUNDS));
    assertThat(cpu.loadByte(at(0) + 7)).isEqualTo((byte) (7 * ROUNDS));
  }

  /** A lock of one word, in memory that two processes share. */
  @Test
  @Timeout(60)
  void aSpinLockBetweenProcesses() throws Exception {
    int shared = MapFlags.SHARED | MapFlags.ANONYMOUS | MapFlags.FIXED;
    calls.mmap(at(0), Pages.bytes(2), 3, shared, null, 0);
    AddressSpace child = space.fork(space.task().copy());
    int rounds = ROUNDS / 4;
    CyclicBarrier start = new CyclicBarrier(2);
    List<Thread> threads = new ArrayList<>();
    cpu.offline();
    for (AddressSpace where : List.of(space, child)) {
      Thread thread =
          new Thread(() -> {
            try (Cpu own = where.cpu()) {
              start.await();
              for (int i = 0; i < rounds; i++) {
                while (!own.atomics().compareAndSetInt(at(0), 0, 1)) {
                  Thread.onSpinWait();
                }
                own.storeLong(at(1) - 4, own.loadLong(at(1) - 4) + 1);
                own.atomics().storeReleaseInt(at(0), 0);
              }
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    cpu.online();
    assertThat(cpu.loadLong(at(1) - 4)).isEqualTo(2L * rounds);
    child.exit();
  }
}
