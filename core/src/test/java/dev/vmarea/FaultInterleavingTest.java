// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Advice;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.fault.Access;
import dev.vmarea.fault.PageFault;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.memory.FrameSource;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.space.Mm;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A fault stopped in its middle, where it wants a frame, while another thread does something to the
 * same memory or to other memory.
 */
@Timeout(60)
class FaultInterleavingTest {
  private static final long BASE = 0x100000000000L;
  private static final long APART = 0x200000000000L;
  private static final int PRIVATE = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED;
  private static final int PAGES = 8;

  private final Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
  private final Task task = new Task(new ResourceLimits(), -1L);
  private final PhysicalMemory memory = machine.kernel().memory();
  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private AddressSpace space;
  private Mm mm;
  private Syscalls calls;

  @BeforeEach
  void begin() {
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    space = machine.newAddressSpace(layout, task);
    mm = space.mm();
    calls = space.syscalls();
    calls.mmap(BASE, Pages.bytes(PAGES), 3, PRIVATE, null, 0);
    calls.mmap(APART, Pages.bytes(PAGES), 3, PRIVATE, null, 0);
    try (Cpu cpu = space.cpu()) {
      cpu.storeLong(BASE, 1); // both have their anonymous identity
      cpu.storeLong(APART, 2);
    }
  }

  @AfterEach
  void nothingIsLeft() {
    goOn.countDown();
    space.verify();
    space.exit();
    assertThat(memory.allocatedPages()).as("but for the zeroes").isLessThanOrEqualTo(1);
  }

  /** Where the fault is stopped. */
  private final class Stopping implements FrameSource {
    @Override
    public KernelPage allocatePage(KernelPage.Kind kind) throws ErrnoException {
      stop();
      return memory.allocatePage(kind);
    }

    @Override
    public KernelPage allocateCopy(KernelPage source) throws ErrnoException {
      stop();
      return memory.allocateCopy(source);
    }

    private void stop() {
      inside.countDown();
      try {
        goOn.await();
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }
  }

  private static CompletableFuture<Void> start(Runnable action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            action.run();
            done.complete(null);
          } catch (Throwable thrown) {
            done.completeExceptionally(thrown);
          }
        });
    return done;
  }

  private CompletableFuture<Void> stoppedFault(long address) throws Exception {
    PageFault fault = new PageFault(mm, task, address, Access.WRITE, new Stopping());
    CompletableFuture<Void> done = start(fault::handle);
    inside.await();
    return done;
  }

  private void waitsForTheFault(long address, Runnable action) throws Exception {
    CompletableFuture<Void> fault = stoppedFault(address);
    CompletableFuture<Void> other = start(action);
    Thread.sleep(50);
    assertThat(other.isDone()).as("did not wait").isFalse();
    assertThat(fault.isDone()).isFalse();
    goOn.countDown();
    fault.get(10, TimeUnit.SECONDS);
    other.get(10, TimeUnit.SECONDS);
  }

  private void doesNotWait(long address, Runnable action) throws Exception {
    CompletableFuture<Void> fault = stoppedFault(address);
    start(action).get(10, TimeUnit.SECONDS);
    assertThat(fault.isDone()).isFalse();
    goOn.countDown();
    fault.get(10, TimeUnit.SECONDS);
  }

  private long entry(long address) {
    return mm.pageTables().entry(address);
  }

  @Test
  void unmappingWaitsAndTakesThePage() throws Exception {
    long at = BASE + Pages.SIZE;
    waitsForTheFault(at, () -> calls.munmap(BASE, Pages.bytes(PAGES)));
    assertThat(entry(at)).isZero();
    calls.mmap(BASE, Pages.bytes(PAGES), 1, PRIVATE, null, 0);
    assertThat(entry(at)).isZero();
  }

  @Test
  void discardingWaitsAndTakesThePage() throws Exception {
    long at = BASE + Pages.SIZE;
    waitsForTheFault(at, () -> calls.madvise(BASE, Pages.bytes(PAGES), Advice.DONTNEED));
    assertThat(entry(at)).isZero();
  }

  @Test
  void protectingWaitsAndTakesTheRight() throws Exception {
    long at = BASE + Pages.SIZE;
    waitsForTheFault(at, () -> calls.mprotect(BASE, Pages.bytes(PAGES), 1));
    assertThat(Access.WRITE.isAllowedBy(entry(at))).isFalse();
    assertThat(Access.READ.isAllowedBy(entry(at))).isTrue();
  }

  @Test
  void forkWaitsAndSharesThePage() throws Exception {
    long at = BASE + Pages.SIZE;
    AddressSpace[] child = new AddressSpace[1];
    waitsForTheFault(
        at,
        () -> {
          try {
            child[0] = space.fork(task);
          } catch (ErrnoException refused) {
            throw new IllegalStateException(refused);
          }
        });
    assertThat(Access.WRITE.isAllowedBy(entry(at))).isFalse();
    assertThat(child[0].mm().pageTables().entry(at)).isNotZero();
    child[0].verify();
    child[0].exit();
  }

  @Test
  void movingWaitsAndMovesThePage() throws Exception {
    long at = BASE + Pages.SIZE;
    long to = 0x300000000000L;
    waitsForTheFault(at, () -> calls.mremap(BASE, Pages.bytes(PAGES), Pages.bytes(PAGES), 3, to));
    assertThat(entry(at)).isZero();
    assertThat(entry(to + Pages.SIZE)).isNotZero();
  }

  @Test
  void cuttingAFileWaitsAndTakesThePage() throws Exception {
    OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.bytes(PAGES));
    calls.mmap(BASE, Pages.bytes(PAGES), 3, MapFlags.PRIVATE | MapFlags.FIXED, file, 0);
    try (Cpu cpu = space.cpu()) {
      cpu.storeLong(BASE, 1);
    }
    long at = BASE + Pages.SIZE;
    waitsForTheFault(at, () -> file.inode().truncate(0));
    assertThat(entry(at)).as("also a private copy goes").isZero();
    calls.munmap(BASE, Pages.bytes(PAGES));
  }

  @Test
  void callsOnOtherMemoryDoNotWait() throws Exception {
    doesNotWait(
        BASE + Pages.SIZE,
        () -> {
          calls.mprotect(APART, Pages.SIZE, 1);
          calls.mprotect(APART, Pages.SIZE, 3);
          calls.munmap(APART + Pages.SIZE, Pages.SIZE);
          calls.mmap(0, Pages.SIZE, 3, MapFlags.PRIVATE | MapFlags.ANONYMOUS, null, 0);
        });
  }

  @Test
  void faultsInTheSameAreaDoNotWait() throws Exception {
    doesNotWait(
        BASE + Pages.SIZE,
        () -> {
          try (Cpu cpu = space.cpu()) {
            cpu.storeLong(BASE + Pages.bytes(2), 3);
            assertThat(cpu.loadLong(BASE + Pages.bytes(3))).isZero();
          }
        });
  }

  @Test
  void theSlowerOfTwoFaultsOnOnePageLeavesTheOthersPage() throws Exception {
    long at = BASE + Pages.SIZE;
    doesNotWait(
        at,
        () -> {
          try (Cpu cpu = space.cpu()) {
            cpu.storeLong(at, 42);
          }
        });
    try (Cpu cpu = space.cpu()) {
      assertThat(cpu.loadLong(at)).isEqualTo(42);
    }
    assertThat(memory.allocatedPages()).as("the second page was given back").isEqualTo(3);
  }

  @Test
  void theSlowerOfTwoCopiesLeavesTheOthersPage() throws Exception {
    AddressSpace child = space.fork(task);
    doesNotWait(
        BASE,
        () -> {
          try (Cpu cpu = space.cpu()) {
            assertThat(cpu.loadLong(BASE)).isEqualTo(1);
            cpu.storeLong(BASE, 43);
          }
        });
    try (Cpu cpu = space.cpu();
        Cpu its = child.cpu()) {
      assertThat(cpu.loadLong(BASE)).isEqualTo(43);
      assertThat(its.loadLong(BASE)).isEqualTo(1);
    }
    child.exit();
    assertThat(memory.allocatedPages()).isEqualTo(2);
  }

  @Test
  void anAreaThatHasChangedIsNotLockedByItsOldVersion() {
    Vma before = space.lookup(BASE);
    calls.mprotect(BASE, Pages.bytes(PAGES), 1);
    assertThat(mm.lock().tryReadLock(before)).isFalse();
    Vma now = space.lookup(BASE);
    assertThat(mm.lock().tryReadLock(now)).isTrue();
    now.handle().readUnlock();
    calls.munmap(BASE, Pages.bytes(PAGES));
    assertThat(mm.lock().tryReadLock(now)).isFalse();
  }

  @Test
  void anAreaThatIsBeingChangedIsNotLocked() {
    Vma vma = space.lookup(BASE);
    mm.lock().lock();
    try {
      mm.lock().writeLock(vma);
      assertThat(mm.lock().tryReadLock(vma)).isFalse();
    } finally {
      mm.lock().unlock();
    }
    assertThat(mm.lock().tryReadLock(vma)).isTrue();
    vma.handle().readUnlock();
  }
}
