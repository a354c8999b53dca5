// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Advice;
import dev.vmarea.base.CacheMode;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.files.KernelFiles;
import dev.vmarea.files.KernelMapping;
import dev.vmarea.files.PfnDevice;
import dev.vmarea.files.PfnDeviceSettings;
import dev.vmarea.files.PfnDeviceSettings.Action;
import dev.vmarea.files.PfnDeviceSettings.Hook;
import dev.vmarea.files.PlainFile;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.hugetlb.HugePagePool;
import dev.vmarea.image.ImageException;
import dev.vmarea.image.ImageFormatException;
import dev.vmarea.image.ImageResolver;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.pagetable.EntryRun;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Task;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.UserfaultContext;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Saving and restoring what random calls do not make: devices, rings, segments, huge pages. */
class ImageTest {
  private static final ImageResolver REBUILD = ImageResolver.REBUILD;
  private final HookLab lab = new HookLab(Profile.LINUX_6_18);
  private final Machine other = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);

  private static byte[] save(AddressSpace space) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    space.save(out);
    return out.toByteArray();
  }

  private AddressSpace restore(byte[] image, ImageResolver resolver) throws Exception {
    return restore(other, image, resolver);
  }

  private AddressSpace restore(Machine machine, byte[] image, ImageResolver resolver)
      throws Exception {
    AddressSpace space =
        machine.restore(new ByteArrayInputStream(image), lab.space.task().copy(), resolver);
    space.verify();
    return space;
  }

  private static List<String> vmas(AddressSpace space) {
    List<String> all = new ArrayList<>();
    for (Vma vma : space.vmas()) {
      all.add(vma + " " + vma.extras().name() + " " + vma.extras().policy());
    }
    return all;
  }

  private void nothingIsLeft(Machine machine, long frames) {
    assertThat(machine.kernel().memory().allocatedPages()).isEqualTo(frames);
    assertThat(machine.kernel().commit().committed()).isZero();
    assertThat(machine.kernel().asyncIoRequests()).hasValue(0);
    assertThat(machine.kernel().pfnTracking().reservations()).isEmpty();
  }

  @Test
  void contentsAndLayoutComeBackFromAFile(@TempDir Path folder) throws Exception {
    lab.anonymous(0, 4);
    lab.space.layout().startBrk = lab.at(100);
    lab.space.layout().brk = lab.at(100);
    lab.space.syscalls().brk(lab.at(101) + 5);
    lab.space.syscalls().mlockall(2);
    lab.space.syscalls().prctlSetMdwe(1, 0, 0, 0);
    try (Cpu cpu = lab.space.cpu()) {
      cpu.storeLong(lab.at(1), 42);
      cpu.loadByte(lab.at(3));
    }
    Path file = folder.resolve("image");
    Files.writeString(file, "what was there");
    lab.space.save(file);

    AddressSpace space = other.restore(file, Task.unprivileged(), REBUILD);

    assertThat(vmas(space)).isEqualTo(vmas(lab.space));
    assertThat(space.layout().brk).isEqualTo(lab.at(101) + 5);
    assertThat(space.mm().defFlags()).isEqualTo(VmFlags.LOCKED);
    assertThat(space.mm().denyWriteExec()).isTrue();
    try (Cpu cpu = space.cpu()) {
      assertThat(cpu.loadLong(lab.at(1))).isEqualTo(42);
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).as("no temporary file").containsExactly(file);
    }
    space.exit();
    nothingIsLeft(other, 1);
  }

  @Test
  void guardMarkersComeBack() throws Exception {
    lab.anonymous(0, 4);
    long advised = lab.space.syscalls().madvise(lab.at(1), Pages.bytes(2), Advice.GUARD_INSTALL);
    assertThat(advised).isZero();
    AddressSpace space = restore(save(lab.space), REBUILD);
    try (Cpu cpu = space.cpu()) {
      assertThat(cpu.loadByte(lab.at(0))).isZero();
      assertThat(cpu.loadByte(lab.at(3))).isZero();
      for (long page : new long[] {lab.at(1), lab.at(2)}) {
        assertThatThrownBy(() -> cpu.loadByte(page)).hasMessageContaining("SEGV_MAPERR");
      }
    }
    space.exit();
  }

  @Test
  void bytesBehindAnImageAreForWhoReadsTheStream(@TempDir Path folder) throws Exception {
    lab.anonymous(0, 1);
    byte[] image = save(lab.space);
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.writeBytes(image);
    two.writeBytes(image);
    var stream = new ByteArrayInputStream(two.toByteArray());

    assertThat(other.restore(stream, Task.unprivileged(), REBUILD).mapCount()).isOne();
    assertThat(other.restore(stream, Task.unprivileged(), REBUILD).mapCount()).isOne();

    Path file = folder.resolve("two");
    Files.write(file, two.toByteArray());
    assertThatThrownBy(() -> other.restore(file, Task.unprivileged(), REBUILD))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageContaining("behind the end (DONE, byte " + image.length);
  }

  @Test
  void whatIsNoImageIsSaidSo() {
    byte[] text =
        "this is a text, not an image of memory"
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    assertThatThrownBy(() -> restore(text, REBUILD))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageStartingWith("not an image of an address space (header, byte 0");
  }

  @Test
  void anotherKernelIsRefused() throws Exception {
    byte[] image = save(lab.space);
    Machine settled = new Machine(KernelConfig.standard(), Profile.SETTLED);

    assertThatThrownBy(() -> restore(settled, image, REBUILD))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("LINUX_6_18")
        .hasMessageContaining("SETTLED");
  }

  /** A driver that says nothing of saving. */
  private static final class Silent implements LegacyMmap, VmOperations {
    @Override
    public void legacyMmap(OpenFile file, dev.vmarea.vma.LegacyVma vma) {
      vma.vmOps(new VmOperations() {});
    }
  }

  @Test
  void aDriverThatSavesNothingIsNamed(@TempDir Path folder) throws Exception {
    lab.shared(HookLab.file("/dev/silent", new Silent()), 3, 5);
    Path file = folder.resolve("image");
    Files.writeString(file, "what was there");

    assertThatThrownBy(() -> lab.space.save(file))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining(Long.toHexString(lab.at(3)))
        .hasMessageContaining("/dev/silent");

    assertThat(Files.readString(file)).isEqualTo("what was there");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
    assertThat(lab.space.mm().lock().isLocked()).isFalse();
  }

  private static OpenFile device(Machine machine, Action action, Hook hook) throws Exception {
    PfnDeviceSettings settings =
        new PfnDeviceSettings(
            action.isAllocated() ? 0 : 0xd000_0000L,
            16 << 12,
            CacheMode.UNCACHED_MINUS,
            action,
            hook,
            null);
    return new OpenFile(
        new Inode(Inode.Type.CHARACTER_DEVICE, PfnDevice.MOUNT),
        new DirectoryEntry("/dev/x"),
        OpenFile.O_RDWR,
        new PfnDevice(machine.kernel(), settings).operations());
  }

  private static List<EntryRun> runs(AddressSpace space) {
    PageTables tables = Objects.requireNonNull(space.pageTables());
    return tables.runs(0, 0x7fff_ffff_f000L);
  }

  @ParameterizedTest
  @EnumSource(Action.class)
  void devicesComeBackWithTheirFrames(Action action) throws Exception {
    for (Hook hook : Hook.values()) {
      HookLab from = new HookLab(Profile.SETTLED);
      Machine to = new Machine(KernelConfig.standard(), Profile.SETTLED);
      OpenFile old = device(from.machine, action, hook);
      from.shared(old, 0, 8);
      from.space.syscalls().munmap(from.at(3), Pages.SIZE);
      if (action == Action.NONE) {
        from.space.driverFault(from.at(1), false);
      }
      long moved = from.space.syscalls().mremap(from.at(5), Pages.SIZE, Pages.SIZE, 3, from.at(40));
      assertThat(moved).isEqualTo(from.at(40));
      byte[] image = save(from.space);
      to.kernel().memory().allocatePages(3); // so that other frames are free here
      OpenFile fresh = device(to, action, hook);
      long frames = to.kernel().memory().allocatedPages();

      assertThatThrownBy(
              () -> to.restore(new ByteArrayInputStream(image), from.space.task(), REBUILD))
          .isInstanceOf(ImageException.class)
          .hasMessageContaining("/dev/x");
      nothingIsLeft(to, frames);

      AddressSpace space =
          to.restore(new ByteArrayInputStream(image), from.space.task(), saved -> fresh.get());
      space.verify();

      assertThat(vmas(space)).isEqualTo(vmas(from.space));
      if (!action.isAllocated() && action != Action.MIXED) {
        assertThat(runs(space)).isEqualTo(runs(from.space));
      }
      assertThat(runs(space).stream().mapToLong(run -> run.end() - run.start()).sum())
          .isEqualTo(runs(from.space).stream().mapToLong(run -> run.end() - run.start()).sum());
      assertThat(to.kernel().pfnTracking().reservations())
          .isEqualTo(from.machine.kernel().pfnTracking().reservations());
      space.exit();
      nothingIsLeft(to, frames);
      assertThat(fresh.references()).isOne();
    }
  }

  @Test
  void ringsAndTheirContextsComeBack() throws Exception {
    long context = lab.space.syscalls().ioSetup(8, 0);
    AddressSpace child = lab.space.fork(lab.space.task().copy());
    AddressSpace space = restore(save(lab.space), REBUILD);
    AddressSpace restoredChild = restore(save(child), REBUILD);

    assertThat(other.kernel().asyncIoRequests()).hasValue(8);
    long target = lab.at(7);
    long length = Objects.requireNonNull(space.lookup(context)).length();
    assertThat(restoredChild.syscalls().mremap(context, length, length, 3, target))
        .as("a child has no such context")
        .isEqualTo(child.syscalls().mremap(context, length, length, 3, target))
        .isNegative();
    assertThat(space.syscalls().mremap(context, length, length, 3, target)).isEqualTo(target);
    assertThat(space.syscalls().ioDestroy(target)).isZero();
    restoredChild.exit();
    space.exit();
    nothingIsLeft(other, 0);
  }

  @Test
  void segmentsComeBackWithTheirContents() throws Exception {
    lab.machine.segments().add(5, 0x77, 8192);
    lab.space.syscalls().shmat(5, lab.at(0), 0);
    lab.space.syscalls().shmat(5, lab.at(4), 0);
    try (Cpu cpu = lab.space.cpu()) {
      cpu.storeInt(lab.at(1), 99);
    }

    AddressSpace space = restore(save(lab.space), REBUILD);

    SharedSegment segment = Objects.requireNonNull(other.segments().find(5));
    assertThat(segment.attachments()).isEqualTo(2);
    assertThat(segment.key()).isEqualTo(0x77);
    try (Cpu cpu = space.cpu()) {
      assertThat(cpu.loadInt(lab.at(5))).isEqualTo(99);
      cpu.storeInt(lab.at(5), 100);
      assertThat(cpu.loadInt(lab.at(1))).isEqualTo(100);
    }
    assertThat(space.syscalls().shmdt(lab.at(0))).isZero();
    assertThat(segment.attachments()).isOne();
  }

  @Test
  void memoryOfHugetlbIsRefusedByName() {
    long huge = 2L << 20;
    pool(lab.machine).setTotal(huge, 4);
    int flags = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.HUGETLB;
    long at = lab.space.syscalls().mmap(0, 3 * huge, 3, flags, null, 0);
    assertThatThrownBy(() -> save(lab.space))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining(Long.toHexString(at));
    lab.space.syscalls().munmap(at, 3 * huge);
    pool(lab.machine).setTotal(huge, 0);
  }

  @Test
  void rareAttributesComeBack() throws Exception {
    lab.anonymous(0, 8);
    lab.space.syscalls().mbind(lab.at(1), Pages.SIZE, 2, dev.vmarea.base.NodeMask.of(65, 1), 0);
    UserfaultContext first = new UserfaultContext();
    UserfaultContext second = new UserfaultContext();
    lab.space.syscalls().userfaultRegister(first, lab.at(2), Pages.SIZE, 1);
    lab.space.syscalls().userfaultRegister(second, lab.at(4), Pages.SIZE, 1);
    lab.space.syscalls().userfaultRegister(first, lab.at(6), Pages.SIZE, 1);
    lab.space.install(
        new Vma(
            lab.at(20),
            lab.at(22),
            0,
            VmFlags.READ | VmFlags.EXEC | VmFlags.MAYREAD | VmFlags.MAYEXEC,
            VmaHandle.of(null),
            null,
            null,
            new KernelMapping("[vdso]"),
            VmaExtras.NONE.withName("a name")));

    AddressSpace space = restore(save(lab.space), REBUILD);

    assertThat(vmas(space)).isEqualTo(vmas(lab.space));
    Vma vdso = Objects.requireNonNull(space.lookup(lab.at(20)));
    assertThat(Objects.requireNonNull(vdso.ops()).name(vdso)).isEqualTo("[vdso]");
    UserfaultContext two = Objects.requireNonNull(space.lookup(lab.at(2))).extras().userfault();
    assertThat(two).isNotNull();
    assertThat(Objects.requireNonNull(space.lookup(lab.at(6))).extras().userfault()).isSameAs(two);
    assertThat(Objects.requireNonNull(space.lookup(lab.at(4))).extras().userfault())
        .isNotNull()
        .isNotSameAs(two);
  }

  @Test
  void aFileThatIsFoundKeepsItsOwnBytes() throws Exception {
    FileSystem disk = new FileSystem("ext4", false, true);
    Inode inode = new Inode(Inode.Type.REGULAR, disk);
    inode.size(Pages.bytes(4));
    inode.identify(8, 1, 1234);
    DirectoryEntry name = new DirectoryEntry("/data");
    OpenFile file = new OpenFile(inode, name, OpenFile.O_RDWR, PlainFile.THP);
    lab.shared(file, 0, 4);
    lab.shared(new OpenFile(inode, name, OpenFile.O_RDWR, PlainFile.THP), 10, 12);
    try (Cpu cpu = lab.space.cpu()) {
      for (int i = 0; i < 4; i++) {
        cpu.storeByte(lab.at(i), (byte) (1 + i));
      }
    }
    byte[] image = save(lab.space);
    Inode there = new Inode(Inode.Type.REGULAR, disk);
    there.size(Pages.bytes(2));
    KernelPage page =
        new KernelPage(other.kernel().memory(), there.pageCache().get(other.kernel().memory(), 0));
    page.contents().set(java.lang.foreign.ValueLayout.JAVA_BYTE, 0, (byte) 77);
    page.put();
    List<String> asked = new ArrayList<>();

    AddressSpace space =
        restore(
            image,
            saved -> {
              asked.add(saved.path() + " " + saved.inode() + " " + saved.inodeNumber());
              return new OpenFile(there, name, saved.openFlags(), PlainFile.THP);
            });

    assertThat(asked).containsExactly("/data 0 1234", "/data 0 1234");
    try (Cpu cpu = space.cpu()) {
      assertThat(cpu.loadByte(lab.at(0))).isEqualTo((byte) 77);
      assertThatThrownBy(() -> cpu.loadByte(lab.at(3)))
          .as("the file is shorter here")
          .hasMessageContaining("SIGBUS");
    }
    AddressSpace rebuilt = restore(image, REBUILD);
    Vma one = Objects.requireNonNull(rebuilt.lookup(lab.at(0)));
    Vma two = Objects.requireNonNull(rebuilt.lookup(lab.at(11)));
    assertThat(Objects.requireNonNull(one.file()).inode())
        .isSameAs(Objects.requireNonNull(two.file()).inode());
    assertThat(one.file()).isNotSameAs(two.file());
    try (Cpu cpu = rebuilt.cpu()) {
      assertThat(cpu.loadByte(lab.at(3))).isEqualTo((byte) 4);
    }
    space.exit();
    rebuilt.exit();
    there.truncate(0);
    nothingIsLeft(other, 0);
  }

  @Test
  void twoFilesForOneAreRefused() throws Exception {
    Inode inode = new Inode(Inode.Type.REGULAR, new FileSystem("ext4", false, false));
    inode.size(Pages.bytes(4));
    DirectoryEntry name = new DirectoryEntry("/data");
    lab.shared(new OpenFile(inode, name, OpenFile.O_RDWR, PlainFile.DEFAULT), 0, 2);
    lab.shared(new OpenFile(inode, name, OpenFile.O_RDWR, PlainFile.DEFAULT), 4, 6);
    byte[] image = save(lab.space);
    List<OpenFile> opened = new ArrayList<>();

    assertThatThrownBy(() ->
            restore(
                image,
                saved -> {
                  opened.add(ShmemFile.unnamed("/x", 4096));
                  return opened.getLast();
                }))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("/data");
    assertThat(opened).allMatch(file -> file.references() == 0);
  }

  @Test
  void withoutMemoryNothingIsLeft() throws Exception {
    lab.anonymous(0, 64);
    lab.space.syscalls().mmap(lab.at(80), 8192, 3, 0x31, null, 0);
    try (Cpu cpu = lab.space.cpu()) {
      for (int i = 0; i < 64; i++) {
        cpu.storeByte(lab.at(i), (byte) i);
      }
    }
    byte[] image = save(lab.space);
    Machine small =
        new Machine(KernelConfig.standard().withMemory(0xa0 + 20, 0), Profile.LINUX_6_18);

    assertThatThrownBy(() -> restore(small, image, REBUILD))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("ENOMEM");
    nothingIsLeft(small, 0);
  }

  @ParameterizedTest
  @EnumSource(FailurePlan.Point.class)
  void everyStepThatFailsLeavesNothing(FailurePlan.Point point) throws Exception {
    HookLab from = new HookLab(Profile.SETTLED);
    Machine to = new Machine(KernelConfig.standard(), Profile.SETTLED);
    from.shared(device(from.machine, Action.REMAP, Hook.PREPARE), 0, 8);
    from.anonymous(10, 12);
    from.space.syscalls().mmap(from.at(20), 8192, 3, 0x31, null, 0);
    try (Cpu cpu = from.space.cpu()) {
      cpu.storeByte(from.at(10), (byte) 1);
      cpu.storeByte(from.at(20), (byte) 1);
    }
    byte[] image = save(from.space);
    OpenFile fresh = device(to, Action.REMAP, Hook.PREPARE);
    ImageResolver resolver = saved -> saved.needsResolver() ? fresh.get() : null;
    for (int occurrence = 1; ; occurrence++) {
      to.kernel().failures(FailurePlan.nth(point, occurrence));
      AddressSpace space;
      try {
        space = to.restore(new ByteArrayInputStream(image), from.space.task(), resolver);
      } catch (ErrnoException failed) {
        nothingIsLeft(to, 0);
        assertThat(fresh.references()).isOne();
        continue;
      }
      to.kernel().failures(FailurePlan.NONE);
      space.verify();
      space.exit();
      nothingIsLeft(to, 0);
      return;
    }
  }

  private static HugePagePool pool(Machine machine) {
    return ((KernelFiles) machine.backing()).hugePages();
  }
}
