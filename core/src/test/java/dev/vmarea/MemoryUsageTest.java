// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.ThpPolicy;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.space.MemoryUsage;
import dev.vmarea.space.MemoryUsage.Pss;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The counters of smaps. Numbers are pages; those of anonymous memory were seen on the kernel. */
class MemoryUsageTest {
  private static final long BASE = 0x100000000000L;

  private Machine machine;
  private AddressSpace space;
  private Cpu cpu;

  @BeforeEach
  void begin() {
    machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1L));
    cpu = space.cpu();
  }

  private static long at(long page) {
    return BASE + Pages.bytes(page);
  }

  private static void map(AddressSpace in, long first, long pages, int type, OpenFile file) {
    int flags = type | MapFlags.FIXED | (file == null ? MapFlags.ANONYMOUS : 0);
    assertThat(in.syscalls().mmap(at(first), Pages.bytes(pages), 3, flags, file, 0))
        .isEqualTo(at(first));
  }

  private static MemoryUsage usage(AddressSpace in, long page) {
    Vma vma = Objects.requireNonNull(in.lookup(at(page)));
    return in.usage(vma);
  }

  private static long share(long share) {
    return Pages.count(Pss.bytes(share));
  }

  private static void expect(
      MemoryUsage usage, long sharedClean, long sharedDirty, long privateClean, long privateDirty) {
    assertThat(Pages.count(usage.sharedClean())).as("Shared_Clean").isEqualTo(sharedClean);
    assertThat(Pages.count(usage.sharedDirty())).as("Shared_Dirty").isEqualTo(sharedDirty);
    assertThat(Pages.count(usage.privateClean())).as("Private_Clean").isEqualTo(privateClean);
    assertThat(Pages.count(usage.privateDirty())).as("Private_Dirty").isEqualTo(privateDirty);
    assertThat(Pages.count(usage.rss()))
        .isEqualTo(sharedClean + sharedDirty + privateClean + privateDirty);
  }

  @Test
  void nothingTouchedNothingCounted() {
    map(space, 0, 8, MapFlags.PRIVATE, null);

    assertThat(usage(space, 0)).isEqualTo(MemoryUsage.NONE);
  }

  @Test
  void writtenPagesCountAndThePageOfZeroesDoesNot() throws Exception {
    map(space, 0, 8, MapFlags.PRIVATE, null);
    for (int page = 0; page < 3; page++) {
      cpu.storeByte(at(page), (byte) 1);
    }
    assertThat(cpu.loadByte(at(3))).isZero();

    expect(usage(space, 0), 0, 0, 0, 3);
    assertThat(Pages.count(usage(space, 0).anonymous())).isEqualTo(3);

    AddressSpace child = space.fork(space.task().copy());
    try (Cpu childs = child.cpu()) {
      childs.storeByte(at(0), (byte) 2);
      childs.loadByte(at(1));
      expect(usage(child, 0), 0, 2, 0, 1);
      assertThat(share(usage(child, 0).pss().total())).isEqualTo(2);
      assertThat(Pages.count(usage(child, 0).referenced())).isEqualTo(2);
      expect(usage(space, 0), 0, 2, 0, 1);
      assertThat(share(usage(space, 0).pss().dirty())).isEqualTo(2);
      assertThat(Pages.count(usage(space, 0).referenced())).isEqualTo(3);
    }
    child.exit();
    expect(usage(space, 0), 0, 0, 0, 3);
  }

  @Test
  void hugePagesCountTheirPages() throws Exception {
    machine.kernel().thp(ThpPolicy.ALWAYS);
    map(space, 0, 1024, MapFlags.PRIVATE, null);
    cpu.storeByte(at(3), (byte) 1);

    expect(usage(space, 0), 0, 0, 0, 512);
    assertThat(Pages.count(usage(space, 0).huge().anonymous())).isEqualTo(512);

    AddressSpace child = space.fork(space.task().copy());
    expect(usage(child, 0), 0, 512, 0, 0);
    assertThat(share(usage(child, 0).pss().total())).isEqualTo(256);
    assertThat(usage(child, 0).referenced()).isZero();
    assertThat(Pages.count(usage(child, 0).huge().anonymous())).isEqualTo(512);
    child.exit();
  }

  @Test
  void lockedMemoryCountsItsShare() {
    map(space, 0, 2, MapFlags.PRIVATE, null);
    cpu.storeByte(at(0), (byte) 1);
    assertThat(space.syscalls().mlock2(at(0), Pages.SIZE, 1)).isZero(); // as it is touched

    assertThat(share(usage(space, 0).pss().locked())).isEqualTo(1);
    assertThat(usage(space, 1).pss().locked()).isZero();
  }

  @Test
  void pagesOfMemoryFilesAreSharedMemory() {
    OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.bytes(4));
    map(space, 0, 4, MapFlags.SHARED, file);
    map(space, 10, 4, MapFlags.SHARED, file);
    map(space, 20, 4, MapFlags.PRIVATE, file);
    cpu.storeByte(at(0), (byte) 1);
    cpu.loadByte(at(10));
    cpu.storeByte(at(20), (byte) 2);

    expect(usage(space, 0), 0, 1, 0, 0);
    expect(usage(space, 10), 0, 1, 0, 0);
    expect(usage(space, 20), 0, 0, 0, 1);
    assertThat(Pages.count(usage(space, 20).anonymous())).isEqualTo(1);
    MemoryUsage all = space.usage();
    assertThat(Pages.count(all.shmem())).isEqualTo(2);
    assertThat(all.file()).isZero();
    assertThat(share(all.pss().shmem())).isEqualTo(1);
    assertThat(share(all.pss().anonymous())).isEqualTo(1);
    assertThat(share(all.pss().file())).isZero();
  }

  @Test
  void sharesAreRoundedPageByPage() throws Exception {
    map(space, 0, 1, MapFlags.PRIVATE, null);
    cpu.storeByte(at(0), (byte) 1);
    AddressSpace first = space.fork(space.task().copy());
    AddressSpace second = space.fork(space.task().copy());

    assertThat(usage(space, 0).pss().total()).isEqualTo((Pages.SIZE << 12) / 3);
    assertThat(Pss.bytes(usage(space, 0).pss().total())).isEqualTo(1365);
    first.exit();
    second.exit();
  }

  @Test
  void whatAnEntryKnewStaysWithThePageOfAFile() {
    Inode inode = new Inode(Inode.Type.REGULAR, new FileSystem("tmpfs", false, false));
    inode.size(Pages.SIZE);
    OpenFile file =
        new OpenFile(inode, new DirectoryEntry("/x", false), OpenFile.O_RDWR, ShmemFile.INSTANCE);
    map(space, 0, 1, MapFlags.SHARED, file);
    cpu.loadByte(at(0));
    cpu.storeByte(at(0), (byte) 1); // only the entry knows
    map(space, 10, 1, MapFlags.SHARED, file);
    cpu.loadByte(at(10));
    expect(usage(space, 10), 1, 0, 0, 0);

    assertThat(space.syscalls().munmap(at(0), Pages.SIZE)).isZero();

    expect(usage(space, 10), 0, 0, 0, 1);
  }

  @Test
  void aFileIsWrittenUnderItsMappings() throws Exception {
    OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.SIZE);
    map(space, 0, 3, MapFlags.SHARED, file);
    map(space, 10, 3, MapFlags.PRIVATE, file);
    cpu.storeByte(at(10), (byte) 7);

    file.inode().store(machine.kernel().memory(), Pages.SIZE - 2, new byte[] {1, 2, 3, 4});

    assertThat(file.inode().size()).isEqualTo(Pages.SIZE + 2);
    assertThat(cpu.loadInt(at(1) - 2)).isEqualTo(0x04030201);
    assertThat(cpu.loadByte(at(11) - 1)).as("a private copy").isZero();
    assertThat(cpu.loadByte(at(11))).isEqualTo((byte) 3);
    expect(usage(space, 0), 0, 1, 0, 1);
  }
}
