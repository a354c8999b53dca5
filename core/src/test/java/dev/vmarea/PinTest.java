// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.files.PlainFile;
import dev.vmarea.files.SecretFile;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Pinned ranges. What is pinned and what is refused, and that a pin outlives truncation, fork and
 * munmap, was seen on the host with buffers registered with io_uring.
 */
class PinTest extends CpuLab {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private PinnedRange pin(long address, long length, boolean write) {
    try {
      return space.pin(address, length, write);
    } catch (ErrnoException refused) {
      throw new AssertionError(refused);
    }
  }

  private void refused(long address, long length, boolean write) {
    long before = machine.kernel().memory().allocatedPages();
    assertThatThrownBy(() -> space.pin(address, length, write))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EFAULT));
    assertThat(machine.kernel().memory().allocatedPages()).isBetween(before, before + 4);
  }

  private long entry(long address) {
    return space.pageTables().entry(address);
  }

  private KernelPage page(AddressSpace where, long address) {
    return machine
        .kernel()
        .memory()
        .page(where.pageTables().format().pfn(0, where.pageTables().entry(address)));
  }

  @Test
  void theSameMemory() {
    anonymous(0, 4);
    cpu.storeLong(at(1) - 8, 7);
    try (PinnedRange range = pin(at(1) - 8, Pages.SIZE + 24, true)) {
      long bytes = range.segments().stream().mapToLong(MemorySegment::byteSize).sum();
      assertThat(bytes).isEqualTo(Pages.SIZE + 24);
      MemorySegment first = range.segments().getFirst();
      assertThat(first.get(LONG, 0)).isEqualTo(7);
      first.set(LONG, 0, 8);
      assertThat(cpu.loadLong(at(1) - 8)).isEqualTo(8);
      MemorySegment last = range.segments().getLast();
      cpu.storeLong(at(2) + 8, 9);
      assertThat(last.get(LONG, last.byteSize() - 8)).isEqualTo(9);
      ByteBuffer buffer = range.buffers().getLast();
      assertThat(buffer.getLong(buffer.limit() - 8)).isEqualTo(9);
    }
    assertThat(entry(at(3))).as("not part of it").isZero();
    assertThat(entry(at(1)) & PageProtection.DIRTY).isNotZero();
  }

  /** One segment per run of frames: none is longer than its frames are consecutive. */
  @Test
  void consecutiveFramesAreOneSegment() {
    anonymous(0, 6);
    for (long page : new long[] {0, 1, 5, 2, 3, 4}) {
      cpu.storeByte(at(page), (byte) page);
    }
    try (PinnedRange range = pin(at(0), Pages.bytes(6), false)) {
      assertThat(range.segments())
          .extracting(MemorySegment::byteSize)
          .containsExactly(Pages.bytes(2), Pages.bytes(3), Pages.SIZE);
      assertThat(range.segments().get(1).get(ValueLayout.JAVA_BYTE, Pages.SIZE))
          .isEqualTo((byte) 3);
      assertThat(range.segments()).allMatch(MemorySegment::isReadOnly);
    }
  }

  /** A run ends where the contents of frames do: after 1,024 of them. */
  @Test
  void manyPages() {
    anonymous(0, 3000);
    for (long page = 0; page < 3000; page++) {
      cpu.storeLong(at(page) + 16, page);
    }
    try (PinnedRange range = pin(at(0), Pages.bytes(3000), true)) {
      long page = 0;
      for (MemorySegment segment : range.segments()) {
        for (long at = 0; at < segment.byteSize(); at += Pages.SIZE) {
          assertThat(segment.get(LONG, at + 16)).isEqualTo(page++);
        }
      }
      assertThat(page).isEqualTo(3000);
      assertThat(range.segments()).hasSizeLessThan(6);
    }
  }

  @Test
  void refusals() throws Exception {
    anonymous(0, 1);
    anonymous(2, 3);
    calls.mmap(at(3), Pages.SIZE, 1, PRIVATE, null, 0);
    calls.mmap(at(4), Pages.SIZE, 0, PRIVATE, null, 0);
    refused(at(0), Pages.bytes(3), true); // a hole in the middle
    assertThat(entry(at(0))).as("what lies before it was faulted in").isNotZero();
    assertThat(page(space, at(0)).isPinned()).isFalse();
    refused(at(3), 1, true);
    refused(at(4), 1, true);
    refused(at(4), 1, false);
    refused(-Pages.SIZE, 1, true);
    refused(at(0), Long.MAX_VALUE, true);
    assertThatThrownBy(() -> space.pin(at(0), -1, true))
        .isInstanceOf(IllegalArgumentException.class);
    pin(at(3), 1, false).close();
    OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.SIZE);
    calls.mmap(at(8), Pages.bytes(2), 3, MapFlags.SHARED | MapFlags.FIXED, file, 0);
    pin(at(8), Pages.SIZE, true).close();
    refused(at(8), Pages.bytes(2), true);
    file.inode().truncate(0);
    Inode hidden = new Inode(Inode.Type.REGULAR, SecretFile.MOUNT);
    hidden.size(Pages.SIZE);
    OpenFile secret =
        new OpenFile(
            hidden, new DirectoryEntry("/secretmem"), OpenFile.O_RDWR, SecretFile.INSTANCE);
    assertThat(calls.mmap(at(12), Pages.SIZE, 3, MapFlags.SHARED | MapFlags.FIXED, secret, 0))
        .isEqualTo(at(12));
    refused(at(12), 1, false);
    assertThat(pin(at(20), 0, true).segments()).as("nothing of nothing").isEmpty();
  }

  /** A shared file on a disk cannot be pinned for writing, a private mapping of it can. */
  @Test
  void filesThatAreWrittenBack() {
    Inode inode = new Inode(Inode.Type.REGULAR, new FileSystem("ext4", false, false));
    inode.size(Pages.bytes(2));
    OpenFile file =
        new OpenFile(inode, new DirectoryEntry("/x"), OpenFile.O_RDWR, PlainFile.THP_SYNC);
    calls.mmap(at(0), Pages.SIZE, 3, MapFlags.SHARED | MapFlags.FIXED, file, 0);
    calls.mmap(at(4), Pages.SIZE, 3, MapFlags.PRIVATE | MapFlags.FIXED, file, 0);
    refused(at(0), 1, true);
    pin(at(0), 1, false).close();
    pin(at(4), 1, true).close();
    inode.truncate(0);
  }

  @Test
  void aPinOutlivesTheMapping() {
    anonymous(0, 1);
    cpu.storeLong(at(0), 1);
    PhysicalMemory memory = machine.kernel().memory();
    PinnedRange range = pin(at(0), Pages.SIZE, true);
    MemorySegment segment = range.segments().getFirst();
    calls.munmap(at(0), Pages.SIZE);
    anonymous(0, 1);
    cpu.storeLong(at(0), 2);
    assertThat(segment.get(LONG, 0)).as("its frame was not used again").isEqualTo(1);
    segment.set(LONG, 0, 3);
    assertThat(cpu.loadLong(at(0))).isEqualTo(2);
    long allocated = memory.allocatedPages();
    range.close();
    assertThat(memory.allocatedPages()).isEqualTo(allocated - 1);
    range.close();
    assertThat(memory.allocatedPages()).isEqualTo(allocated - 1);
  }

  /** The parent keeps the page, and the child has what was in it at the fork. */
  @Test
  void forkCopiesWhatIsPinned() throws Exception {
    anonymous(0, 2);
    cpu.storeLong(at(0), 1);
    cpu.storeLong(at(1), 1);
    AddressSpace child;
    try (PinnedRange range = pin(at(0), Pages.SIZE, true)) {
      child = space.fork(space.task().copy());
      child.verify();
      assertThat(page(child, at(0))).isNotEqualTo(page(space, at(0)));
      assertThat(page(child, at(1))).as("not pinned").isEqualTo(page(space, at(1)));
      assertThat(entry(at(0)) & PageProtection.WRITE).as("writable as before").isNotZero();
      MemorySegment segment = range.segments().getFirst();
      segment.set(LONG, 0, 2);
      assertThat(cpu.loadLong(at(0))).isEqualTo(2);
      cpu.storeLong(at(0) + 8, 3);
      assertThat(segment.get(LONG, 8)).as("the parent stores into the pinned page").isEqualTo(3);
      try (Cpu other = child.cpu()) {
        assertThat(other.loadLong(at(0))).isEqualTo(1);
        assertThat(other.loadLong(at(0) + 8)).isZero();
        other.storeLong(at(0), 9);
        assertThat(cpu.loadLong(at(0))).isEqualTo(2);
      }
    }
    child.exit();
  }

  /** When there is no frame for a copy, the fork fails and nothing is lost. */
  @Test
  void forkWithoutAFrameForTheCopy() throws Exception {
    Machine small = new Machine(KernelConfig.standard().withMemory(1000, 0), Profile.LINUX_6_18);
    AddressSpace own = small.newAddressSpace(new ProgramLayout(), Task.unprivileged());
    PhysicalMemory memory = small.kernel().memory();
    own.syscalls().mmap(at(0), Pages.SIZE, 3, PRIVATE, null, 0);
    List<KernelPage> taken = new ArrayList<>();
    try (Cpu accessor = own.cpu()) {
      accessor.storeLong(at(0), 1);
      PinnedRange range = own.pin(at(0), Pages.SIZE, true);
      while (memory.freePages() > 0) {
        taken.add(memory.allocatePage());
      }
      assertThatThrownBy(() -> own.fork(own.task().copy()))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM));
      accessor.storeLong(at(0), 4);
      assertThat(range.segments().getFirst().get(LONG, 0)).isEqualTo(4);
      range.close();
    }
    own.verify();
    own.exit();
    assertThat(memory.allocatedPages()).isEqualTo(taken.size());
  }

  @Test
  void memoryThatIsSharedAfterAForkIsCopiedBeforeItIsPinned() throws Exception {
    anonymous(0, 3);
    for (long page = 0; page < 3; page++) {
      cpu.storeLong(at(page), 1 + page);
    }
    AddressSpace child = space.fork(space.task().copy());
    calls.mprotect(at(2), Pages.SIZE, 1);
    try (PinnedRange written = pin(at(0), Pages.SIZE, true);
        PinnedRange read = pin(at(1), Pages.bytes(2), false);
        Cpu other = child.cpu()) {
      assertThat(page(space, at(0))).isNotEqualTo(page(child, at(0)));
      assertThat(page(space, at(1))).as("also for reading").isNotEqualTo(page(child, at(1)));
      assertThat(page(space, at(2)))
          .as("and where none may write")
          .isNotEqualTo(page(child, at(2)));
      assertThat(entry(at(1)) & PageProtection.WRITE).isZero();
      other.storeLong(at(0), 7);
      other.storeLong(at(1), 7);
      assertThat(written.segments().getFirst().get(LONG, 0)).isEqualTo(1);
      MemorySegment segment = read.segments().getFirst();
      assertThat(segment.get(LONG, 0)).isEqualTo(2);
      cpu.storeLong(at(1), 8);
      assertThat(segment.get(LONG, 0)).as("our stores are seen").isEqualTo(8);
      assertThat(read.segments().getLast().get(LONG, read.segments().getLast().byteSize() - 4096))
          .isEqualTo(3);
    }
    child.exit();
  }

  /** What was only read, and is nobody's yet, becomes the process's own by a pin for reading. */
  @Test
  void untouchedPrivateMemoryIsPinnedForReading() {
    anonymous(0, 1);
    OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.SIZE);
    calls.mmap(at(2), Pages.SIZE, 3, MapFlags.PRIVATE | MapFlags.FIXED, file, 0);
    calls.mmap(at(4), Pages.SIZE, 3, MapFlags.SHARED | MapFlags.FIXED, file, 0);
    cpu.storeLong(at(4), 5);
    try (PinnedRange anonymous = pin(at(0), Pages.SIZE, false);
        PinnedRange copied = pin(at(2), Pages.SIZE, false);
        PinnedRange shared = pin(at(4), Pages.SIZE, false)) {
      assertThat(page(space, at(0)).kind()).isEqualTo(KernelPage.Kind.ANONYMOUS);
      assertThat(page(space, at(2)).kind()).isEqualTo(KernelPage.Kind.ANONYMOUS);
      assertThat(page(space, at(4)).kind()).isEqualTo(KernelPage.Kind.FILE);
      cpu.storeLong(at(0), 1);
      cpu.storeLong(at(2), 6);
      assertThat(anonymous.segments().getFirst().get(LONG, 0)).isEqualTo(1);
      assertThat(copied.segments().getFirst().get(LONG, 0)).isEqualTo(6);
      assertThat(shared.segments().getFirst().get(LONG, 0)).isEqualTo(5);
    }
    file.inode().truncate(0);
  }

  @Test
  void truncationLeavesThePinnedPage() {
    OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.SIZE);
    calls.mmap(at(0), Pages.SIZE, 3, MapFlags.SHARED | MapFlags.FIXED, file, 0);
    cpu.storeLong(at(0), 1);
    try (PinnedRange range = pin(at(0), Pages.SIZE, true)) {
      file.inode().truncate(0);
      file.inode().truncate(Pages.SIZE);
      assertThat(cpu.loadLong(at(0))).as("a new page").isZero();
      MemorySegment segment = range.segments().getFirst();
      assertThat(segment.get(LONG, 0)).isEqualTo(1);
      segment.set(LONG, 0, 2);
      assertThat(cpu.loadLong(at(0))).isZero();
    }
    file.inode().truncate(0);
  }

  /** The only one that maps a page may write it in place although pins hold references, too. */
  @Test
  void aPinnedPageOfOneOwnerIsNotCopied() {
    anonymous(0, 1);
    cpu.storeLong(at(0), 1);
    KernelPage before = page(space, at(0));
    try (PinnedRange one = pin(at(0), 1, false);
        PinnedRange two = pin(at(0), 1, true)) {
      calls.mprotect(at(0), Pages.SIZE, 1);
      calls.mprotect(at(0), Pages.SIZE, 3);
      cpu.storeLong(at(0), 2);
      assertThat(page(space, at(0))).isEqualTo(before);
      assertThat(before.references()).isEqualTo(3);
      assertThat(before.isExclusive()).isTrue();
      assertThat(one.segments().getFirst().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 2);
      assertThat(two.segments().getFirst().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 2);
    }
    assertThat(before.isPinned()).isFalse();
    assertThat(before.references()).isEqualTo(1);
  }

  @Test
  void aStackDoesNotGrowForAPin() {
    int stack = PRIVATE | MapFlags.GROWSDOWN;
    calls.mmap(at(10), Pages.SIZE, 3, stack, null, 0);
    refused(at(9), 1, true);
    cpu.storeByte(at(9), (byte) 1);
    pin(at(9), 1, true).close();
  }
}
