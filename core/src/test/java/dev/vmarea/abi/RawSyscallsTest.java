// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.MapRequest;
import dev.vmarea.MemoryCalls;
import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.files.FileContents;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Registers in, a value or an errno out. What the kernel says was asked of Linux 6.18.44. */
class RawSyscallsTest {
  private static final long AT = 0x10000000L;
  private static final long HIGH = 1L << 32;
  private static final int RW = 3;
  private static final int PRIVATE_FIXED = 0x12;
  private static final int ANONYMOUS = 0x20;
  private static final long NULL = 0;

  private final Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
  private final AddressSpace space = newSpace();
  private final Cpu cpu = space.cpu();
  private final DescriptorTable descriptors = new DescriptorTable();
  private SyscallAbi abi = SyscallAbi.X86_64;
  private RawSyscalls raw = new RawSyscalls(space, cpu, abi, descriptors);

  private AddressSpace newSpace() {
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = 0x7ffff7fff000L;
    layout.startBrk = 0x555555600000L;
    layout.brk = layout.startBrk;
    return machine.newAddressSpace(layout, Task.unprivileged());
  }

  private void speak(SyscallAbi other) {
    abi = other;
    raw = new RawSyscalls(space, cpu, abi, descriptors);
  }

  private long call(MemoryCall call, long... arguments) {
    long[] a = java.util.Arrays.copyOf(arguments, 6);
    return raw.call(abi.number(call), a[0], a[1], a[2], a[3], a[4], a[5]);
  }

  private long map(long address, long pages) {
    return call(MemoryCall.MMAP, address, pages << 12, RW, PRIVATE_FIXED | ANONYMOUS, -1, 0);
  }

  private long string(long at, String text) {
    byte[] bytes = (text + '\0').getBytes(StandardCharsets.ISO_8859_1);
    cpu.store(at, bytes, 0, bytes.length);
    return at;
  }

  private Vma vma(long address) {
    return Objects.requireNonNull(space.lookup(address));
  }

  @AfterEach
  void nothingIsBroken() {
    space.verify();
    cpu.close();
    space.exit();
    assertThat(machine.kernel().commit().committed()).isZero();
  }

  @Test
  void theSameCallsByEachNumbering() {
    for (SyscallAbi each : SyscallAbi.values()) {
      speak(each);
      assertThat(map(AT, 2)).isEqualTo(AT);
      assertThat(call(MemoryCall.MPROTECT, AT + 4096, 4096, 1)).isZero();
      assertThat(call(MemoryCall.MUNMAP, AT, 8192)).isZero();
      assertThat(call(MemoryCall.MUNMAP, AT + 1, 8192)).isEqualTo(Errno.EINVAL.negated());
      assertThat(call(MemoryCall.BRK, 0)).isEqualTo(0x555555600000L);
    }
    assertThat(raw.call(9, 0, 4096, RW, 0x22, -1, 0)).isEqualTo(RawSyscalls.NOT_HANDLED);
    assertThat(raw.isMemoryCall(222)).isTrue();
    assertThat(raw.isMemoryCall(9)).isFalse();
    assertThat(space.mapCount()).isZero();
  }

  @Test
  void upperHalvesCountWhereLinuxLooksAtThem() throws Exception {
    int fd = descriptors.install(machine.files().of("/lib/x.so", new byte[8192]), false);
    assertThat(call(MemoryCall.MMAP, AT, 4096, RW | HIGH, 0x32, -1, 0)).isEqualTo(AT);
    assertThat(call(MemoryCall.MMAP, AT, 4096, RW, 0x32 | HIGH, -1, 0)).isEqualTo(AT);
    assertThat(call(MemoryCall.MMAP, AT, 4096, 1, 0x12, fd | HIGH, 0)).isEqualTo(AT);
    assertThat(call(MemoryCall.MMAP, AT, 4096, 1, 0x11 | HIGH, fd, 0)).isEqualTo(AT);
    assertThat(call(MemoryCall.MMAP, AT, 4096, 1, 0x13 | HIGH, fd, 0))
        .isEqualTo(Errno.EOPNOTSUPP.negated());
    assertThat(call(MemoryCall.MMAP, AT, 4096, 1, 0x33 | HIGH, -1, 0))
        .isEqualTo(Errno.EINVAL.negated());
    assertThat(map(AT, 2)).isEqualTo(AT);
    assertThat(call(MemoryCall.MPROTECT, AT, 4096, RW | HIGH)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.MPROTECT, AT, 0, RW | HIGH)).isZero();
    assertThat(call(MemoryCall.PKEY_MPROTECT, AT, 4096, RW, 0xffffffffL)).isZero();
    assertThat(call(MemoryCall.MREMAP, AT, 4096, 4096, 1 | HIGH)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.MADVISE, AT, 4096, 4 | HIGH)).isZero();
    assertThat(call(MemoryCall.MLOCK2, AT, 4096, HIGH)).isZero();
    assertThat(call(MemoryCall.MSYNC, AT, 4096, 4 | HIGH)).isZero();
    assertThat(call(MemoryCall.MSEAL, AT, 0, HIGH)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.MBIND, AT, 4096, HIGH, 0, 0, HIGH)).isZero();
    assertThat(call(MemoryCall.REMAP_FILE_PAGES, AT, 4096, HIGH)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.PRCTL, 66 | HIGH)).isZero();
    assertThat(call(MemoryCall.MLOCKALL, 4 | HIGH)).isEqualTo(Errno.EINVAL.negated());
    descriptors.closeAll();
  }

  @Test
  void flagsOfX86MeanNothingElsewhere() throws Exception {
    int fd = descriptors.install(machine.files().of("/lib/x.so", new byte[8192]), false);
    assertThat(call(MemoryCall.MMAP, 0, 4096, RW, 0x62, -1, 0)).isLessThan(1L << 32);
    speak(SyscallAbi.RISCV64);
    assertThat(call(MemoryCall.MMAP, 0, 4096, RW, 0x62, -1, 0)).isGreaterThan(1L << 32);
    assertThat(call(MemoryCall.MMAP, 0, 4096, 1, 0x43, fd, 0))
        .isEqualTo(Errno.EOPNOTSUPP.negated());
    assertThat(call(MemoryCall.PKEY_ALLOC)).isEqualTo(Errno.ENOSYS.negated());
    speak(SyscallAbi.X86_64);
    assertThat(call(MemoryCall.PKEY_ALLOC, 0, 4)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.PKEY_ALLOC)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.PKEY_ALLOC)).isEqualTo(Errno.ENOSPC.negated());
    assertThat(call(MemoryCall.PKEY_FREE, 0)).isEqualTo(Errno.EINVAL.negated());
    descriptors.closeAll();
  }

  @Test
  void armLeavesTagsOutOfAddresses() {
    long tag = 0x5aL << 56;
    speak(SyscallAbi.AARCH64);
    assertThat(map(AT, 1)).isEqualTo(AT);
    assertThat(call(MemoryCall.MPROTECT, AT | tag, 4096, 1)).isZero();
    assertThat(call(MemoryCall.MUNMAP, AT | tag, 4096)).isZero();
    assertThat(map(AT | tag, 1)).isEqualTo(Errno.ENOMEM.negated());
  }

  @Test
  void aFileIsMappedByItsDescriptor() throws Exception {
    byte[] bytes = new byte[5000];
    bytes[4999] = 77;
    int fd = descriptors.install(machine.files().of("/bin/prog", bytes), false);
    assertThat(call(MemoryCall.MMAP, AT, 8192, 1, PRIVATE_FIXED, fd, 0)).isEqualTo(AT);
    descriptors.close(fd);
    assertThat(cpu.loadByte(AT + 4999)).isEqualTo((byte) 77);
    assertThat(cpu.loadByte(AT + 5000)).isZero();
    assertThat(call(MemoryCall.MMAP, AT, 8192, 1, PRIVATE_FIXED, fd, 0))
        .isEqualTo(Errno.EBADF.negated());
    assertThat(call(MemoryCall.MMAP, AT, 8192, 1, PRIVATE_FIXED, fd, 1))
        .isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void memfdsAreMadeSizedMappedAndWritten() throws Exception {
    map(AT, 1);
    int fd = (int) call(MemoryCall.MEMFD_CREATE, string(AT, "box"), HIGH);
    OpenFile file = Objects.requireNonNull(descriptors.get(fd));
    assertThat(file.entry().display()).isEqualTo("/memfd:box (deleted)");
    assertThat(file.inode().seals()).isEqualTo(1);
    file.inode().truncate(4096);
    long at = call(MemoryCall.MMAP, 0, 4096, RW, 1, fd, 0);
    cpu.storeInt(at, 4711);
    byte[] read = new byte[8];
    FileContents contents = new FileContents(file.inode(), machine.kernel().memory());
    assertThat(contents.read(0, read, 0, 8)).isEqualTo(8);
    assertThat(read).startsWith(0x67, 0x12, 0, 0);
    contents.write(4, new byte[] {1, 0, 0, 0}, 0, 4);
    assertThat(cpu.loadLong(at)).isEqualTo(1L << 32 | 4711);
    assertThat(contents.read(4096, read, 0, 8)).isZero();

    assertThat(call(MemoryCall.MEMFD_CREATE, AT, 0x40)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.MEMFD_CREATE, AT, 0x18)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.MEMFD_CREATE, NULL, 0)).isEqualTo(Errno.EFAULT.negated());
    assertThat(call(MemoryCall.MEMFD_CREATE, string(AT, "a".repeat(250)), 0))
        .isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.MEMFD_CREATE, string(AT, "a".repeat(249)), 0)).isEqualTo(1);
    assertThat(call(MemoryCall.MEMFD_CREATE, AT, 4 | 3 << 26)).isEqualTo(Errno.ENODEV.negated());
    assertThat(call(MemoryCall.MEMFD_SECRET, 1)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.MEMFD_SECRET, 0)).isEqualTo(2);
    int noExec = (int) call(MemoryCall.MEMFD_CREATE, AT, 8);
    assertThat(Objects.requireNonNull(descriptors.get(noExec)).inode().seals()).isEqualTo(32);
    descriptors.closeAll();
  }

  @Test
  void segmentsComeAndGo() {
    map(AT, 1);
    assertThat(call(MemoryCall.SHMGET, 0, 0, 0600)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.SHMGET, 0x5555, 4096, 0600)).isEqualTo(Errno.ENOENT.negated());
    assertThat(call(MemoryCall.SHMGET, 0, 1L << 60, 01600)).isEqualTo(Errno.ENOMEM.negated());
    assertThat(call(MemoryCall.SHMGET, 0, -1, 01600)).isEqualTo(Errno.EINVAL.negated());
    long id = call(MemoryCall.SHMGET, 0x7777, 5000, 01600);
    assertThat(id).isZero();
    assertThat(call(MemoryCall.SHMGET, 0x7777, 5000, 01600)).isEqualTo(id);
    assertThat(call(MemoryCall.SHMGET, 0x7777, 5000, 03600)).isEqualTo(Errno.EEXIST.negated());
    assertThat(call(MemoryCall.SHMGET, 0x7777, 5001, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.SHMGET, 0x7777, 0, 0)).isEqualTo(id);
    long at = call(MemoryCall.SHMAT, id, 0, 0);
    cpu.storeLong(at, 42);
    assertThat(call(MemoryCall.SHMCTL, id, 2, AT)).isZero();
    assertThat(cpu.loadInt(AT)).isEqualTo(0x7777);
    assertThat(cpu.loadInt(AT + 20)).isEqualTo(0600);
    assertThat(cpu.loadLong(AT + 48)).isEqualTo(5000);
    assertThat(cpu.loadLong(AT + 88)).isEqualTo(1);
    assertThat(call(MemoryCall.SHMCTL, id, 2, NULL)).isEqualTo(Errno.EFAULT.negated());
    assertThat(machine.kernel().commit().committed()).isEqualTo(3);
    assertThat(call(MemoryCall.SHMCTL, id, 0)).isZero();
    assertThat(call(MemoryCall.SHMCTL, id, 2, AT)).isZero();
    assertThat(cpu.loadInt(AT)).isZero();
    assertThat(cpu.loadInt(AT + 20)).isEqualTo(01600);
    assertThat(call(MemoryCall.SHMGET, 0x7777, 0, 0)).isEqualTo(Errno.ENOENT.negated());
    long again = call(MemoryCall.SHMAT, id, 0, 0);
    assertThat(cpu.loadLong(again)).isEqualTo(42);
    call(MemoryCall.SHMDT, at);
    call(MemoryCall.SHMDT, again);
    assertThat(call(MemoryCall.SHMAT, id, 0, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(machine.kernel().commit().committed()).isEqualTo(1);
    assertThat(call(MemoryCall.SHMCTL, id, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.SHMCTL, 0, 100)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.SHMCTL, 0, 3, AT)).isEqualTo(RawSyscalls.NOT_HANDLED);
  }

  @Test
  void idsOfSegmentsComeBackLate() {
    long last = -1;
    for (int i = 0; i < 64; i++) {
      last = call(MemoryCall.SHMGET, 0, 4096, 01600);
      assertThat(last).isEqualTo(i);
      call(MemoryCall.SHMCTL, last, 0);
    }
    assertThat(call(MemoryCall.SHMGET, 0, 4096, 01600)).isEqualTo(0x8000);
    assertThat(call(MemoryCall.SHMGET, 0, 4096, 01600)).isEqualTo(0x8001);
    assertThat(last).isEqualTo(0x3f);
    call(MemoryCall.SHMCTL, 0x8000, 0);
    call(MemoryCall.SHMCTL, 0x8001, 0);
  }

  @Test
  void pointersAreFollowed() {
    map(AT, 2);
    assertThat(call(MemoryCall.IO_SETUP, 1, NULL)).isEqualTo(Errno.EFAULT.negated());
    assertThat(call(MemoryCall.IO_SETUP, 0, AT)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.IO_SETUP, 1 | HIGH, AT)).isZero();
    long context = cpu.loadLong(AT);
    assertThat(vma(context).start()).isEqualTo(context);
    assertThat(call(MemoryCall.IO_SETUP, 1, AT)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.IO_DESTROY, context)).isZero();
    cpu.storeLong(AT, 0);
    call(MemoryCall.MPROTECT, AT, 4096, 1);
    assertThat(call(MemoryCall.IO_SETUP, 1, AT)).isEqualTo(Errno.EFAULT.negated());
    assertThat(space.mapCount()).isEqualTo(2);

    assertThat(call(MemoryCall.GETRLIMIT, 3, AT + 4096)).isZero();
    assertThat(cpu.loadLong(AT + 4096)).isEqualTo(8 << 20);
    assertThat(call(MemoryCall.GETRLIMIT, 3, AT)).isEqualTo(Errno.EFAULT.negated());
    assertThat(call(MemoryCall.GETRLIMIT, 16, NULL)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.SETRLIMIT, 16, NULL)).isEqualTo(Errno.EFAULT.negated());
    cpu.storeLong(AT + 4096, 4 << 20);
    assertThat(call(MemoryCall.PRLIMIT64, 0, 3, AT + 4096, AT + 4112)).isZero();
    assertThat(cpu.loadLong(AT + 4112)).isEqualTo(8 << 20);
    assertThat(space.task().limits().soft(3)).isEqualTo(4 << 20);
    assertThat(call(MemoryCall.PRLIMIT64, 1, 3, 0, 0)).isEqualTo(RawSyscalls.NOT_HANDLED);
    assertThat(call(MemoryCall.PRLIMIT64, 0, 16, 0, 0)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void theTypedCallsThrowWhatTheOthersReturn() throws Exception {
    MemoryCalls calls = space.calls();
    long at = calls.mmap(MapRequest.anonymous(8192).fixed(AT).protection(1));
    assertThat(at).isEqualTo(AT);
    assertThatThrownBy(() -> calls.mmap(MapRequest.anonymous(4096).fixedIfFree(AT)))
        .isSameAs(Errno.EEXIST.failure());
    calls.mprotect(AT, 4096, RW);
    cpu.storeByte(AT, (byte) 1);
    assertThat(space.mapCount()).isEqualTo(2);
    assertThatThrownBy(() -> calls.munmap(AT + 1, 4096)).isSameAs(Errno.EINVAL.failure());
    calls.munmap(AT + 4096, 4096);
    long grown = calls.resize(AT, 4096, 16384);
    assertThat(cpu.loadByte(grown)).isEqualTo((byte) 1);
    calls.brk(calls.currentBreak() + 4096);
    assertThatThrownBy(() -> calls.brk(1)).isSameAs(Errno.ENOMEM.failure());
    long common = calls.mmap(MapRequest.anonymous(4096).shared().populated());
    assertThat(vma(common).file()).isNotNull();
  }

  @Test
  void masksOfNodesAreRead() {
    map(AT, 2);
    cpu.storeLong(AT, 1);
    assertThat(call(MemoryCall.MBIND, AT + 4096, 4096, 2, AT, 65, 0)).isZero();
    assertThat(vma(AT + 4096).extras().policy()).isNotNull();
    assertThat(call(MemoryCall.MBIND, AT, 4096, 2, AT + 8192, 65, 0))
        .isEqualTo(Errno.EFAULT.negated());
    assertThat(call(MemoryCall.MBIND, AT, 4096, 2, AT, -1, 0)).isEqualTo(Errno.EINVAL.negated());
    cpu.storeLong(AT, 2);
    assertThat(call(MemoryCall.MBIND, AT, 4096, 2, AT, 65, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.SET_MEMPOLICY_HOME_NODE, AT + 4096, 4096, 0, 0)).isZero();
    assertThat(call(MemoryCall.SET_MEMPOLICY_HOME_NODE, AT, 4096, HIGH, 0))
        .isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void aProcessAdvisesItselfAndOthers() throws Exception {
    map(AT, 3);
    cpu.storeLong(AT + 4096, 7);
    cpu.storeLong(AT, AT + 4096);
    cpu.storeLong(AT + 8, 4096);
    assertThat(call(MemoryCall.PROCESS_MADVISE, -10000, AT, 1 | HIGH, 4, 0)).isEqualTo(4096);
    assertThat(cpu.loadLong(AT + 4096)).isZero();
    assertThat(call(MemoryCall.PROCESS_MADVISE, -10002, AT, 1, 4, 0))
        .isEqualTo(Errno.EBADF.negated());
    assertThat(call(MemoryCall.PROCESS_MADVISE, -1, 0, 1025, 4, 0))
        .isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.PROCESS_MADVISE, -1, 0, 1, 4, 0)).isEqualTo(Errno.EFAULT.negated());
    assertThat(call(MemoryCall.PROCESS_MADVISE, -1, 0, 1, 4, 1)).isEqualTo(Errno.EINVAL.negated());

    AddressSpace child = space.fork(space.task().copy());
    Inode pidfd = new Inode(Inode.Type.OTHER, new FileSystem("pidfs", true, false));
    pidfd.privateData(child);
    int fd =
        descriptors.install(
            new OpenFile(pidfd, new DirectoryEntry("anon_inode:[pidfd]"), 2, null), false);
    assertThat(call(MemoryCall.PROCESS_MADVISE, fd, AT, 1, 20, 0)).isEqualTo(Errno.EPERM.negated());
    space.task().capabilities(1L << Task.CAP_SYS_NICE);
    assertThat(call(MemoryCall.PROCESS_MADVISE, fd, AT, 1, 20, 0)).isEqualTo(4096);
    assertThat(call(MemoryCall.PROCESS_MADVISE, fd, AT, 1, 4, 0)).isEqualTo(Errno.EINVAL.negated());
    child.exit();
    descriptors.closeAll();
  }

  @Test
  void controlsOfMemory() {
    map(AT, 1);
    assertThat(call(MemoryCall.PRCTL, 35, 15, AT)).isZero();
    assertThat(cpu.loadInt(AT)).isEqualTo(104);
    assertThat(call(MemoryCall.PRCTL, 35, 15 | HIGH, AT)).isZero();
    assertThat(call(MemoryCall.PRCTL, 35, 15, NULL)).isEqualTo(Errno.EFAULT.negated());
    assertThat(call(MemoryCall.PRCTL, 35, 14, NULL, 104)).isEqualTo(Errno.EFAULT.negated());
    for (int i = 0; i < 11; i++) {
      cpu.storeLong(AT + i * 8L, AT + i * 16L);
    }
    cpu.storeLong(AT + 88, 0);
    cpu.storeInt(AT + 96, 0);
    cpu.storeInt(AT + 100, -1);
    assertThat(call(MemoryCall.PRCTL, 35, 14, AT, 104)).isZero();
    assertThat(space.layout().envEnd).isEqualTo(AT + 160);
    assertThat(call(MemoryCall.PRCTL, 0x53564d41, 0, AT, 4096, 0))
        .isEqualTo(Errno.EINVAL.negated());
    assertThat(call(MemoryCall.PRCTL, 15, AT)).isEqualTo(RawSyscalls.NOT_HANDLED);
    assertThat(call(MemoryCall.PERSONALITY, 0xffffffffL | HIGH)).isZero();
  }
}
