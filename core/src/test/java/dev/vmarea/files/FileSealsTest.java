// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.vma.OpenFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which seals can be added when; each as Linux 6.18.44 does, which the fuzzer saw. */
class FileSealsTest {
  private static final long BASE = 0x100000000000L;
  private static final int SHARED = MapFlags.SHARED | MapFlags.FIXED;
  private static final int ALL_BUT_SEAL = 0x3e;

  private Machine machine;
  private AddressSpace space;
  private OpenFile memfd;

  @BeforeEach
  void aMemfd() throws ErrnoException {
    machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    space = machine.newAddressSpace();
    memfd = machine.files().memfd("x", MemoryFiles.MFD_ALLOW_SEALING);
    memfd.inode().truncate(3 * 4096);
  }

  @AfterEach
  void end() {
    space.exit();
    memfd.put();
    machine.verify();
  }

  private long map(int prot, int flags) {
    return space.syscalls().mmap(BASE, 4096, prot, flags | MapFlags.FIXED, memfd, 0);
  }

  private void refused(OpenFile file, int seals, Errno errno) {
    int before = file.inode().seals();
    assertThatThrownBy(() -> FileSeals.add(file, seals))
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    assertThat(file.inode().seals()).isEqualTo(before);
  }

  @Test
  void sealsAddUp() throws ErrnoException {
    FileSeals.add(memfd, FileSeals.F_SEAL_GROW);
    FileSeals.add(memfd, FileSeals.F_SEAL_WRITE);
    FileSeals.add(memfd, 0);
    assertThat(memfd.inode().seals()).isEqualTo(FileSeals.F_SEAL_GROW | FileSeals.F_SEAL_WRITE);
    assertThat(map(3, MapFlags.SHARED)).isEqualTo(Errno.EPERM.negated());
    assertThat(map(1, MapFlags.SHARED)).isEqualTo(BASE);
    assertThat(space.syscalls().mprotect(BASE, 4096, 3)).isEqualTo(Errno.EACCES.negated());
  }

  @Test
  void whoeverMayWriteThroughAMappingIsInTheWay() throws ErrnoException {
    map(3, SHARED);
    refused(memfd, FileSeals.F_SEAL_WRITE, Errno.EBUSY);
    space.syscalls().mprotect(BASE, 4096, 1);
    refused(memfd, FileSeals.F_SEAL_WRITE, Errno.EBUSY);
    AddressSpace child = space.fork(space.task().copy());
    space.syscalls().munmap(BASE, 4096);
    refused(memfd, FileSeals.F_SEAL_WRITE | FileSeals.F_SEAL_GROW, Errno.EBUSY);
    child.exit();
    map(3, MapFlags.PRIVATE);
    FileSeals.add(memfd, FileSeals.F_SEAL_WRITE);
    FileSeals.add(memfd, FileSeals.F_SEAL_WRITE);
  }

  @Test
  void futureWritersAreNotThoseOfNow() throws ErrnoException {
    map(3, SHARED);
    FileSeals.add(memfd, FileSeals.F_SEAL_FUTURE_WRITE);
    try (var cpu = space.cpu()) {
      cpu.storeByte(BASE, (byte) 1);
    }
    assertThat(map(3, SHARED)).isEqualTo(Errno.EPERM.negated());
  }

  @Test
  void whatMayBeExecutedMustNotChangeOnceItStaysSo() throws ErrnoException {
    map(3, SHARED);
    refused(memfd, FileSeals.F_SEAL_EXEC, Errno.EBUSY);
    space.syscalls().munmap(BASE, 4096);
    FileSeals.add(memfd, FileSeals.F_SEAL_EXEC);
    assertThat(memfd.inode().seals()).isEqualTo(ALL_BUT_SEAL);
  }

  @Test
  void whatIsNeverExecutedMayChange() throws ErrnoException {
    OpenFile data = machine.files().memfd("y", MemoryFiles.MFD_NOEXEC_SEAL);
    FileSeals.add(data, FileSeals.F_SEAL_EXEC);
    assertThat(data.inode().seals()).isEqualTo(FileSeals.F_SEAL_EXEC);
    data.put();
  }

  @Test
  void refusals() throws ErrnoException {
    refused(memfd, 0x40, Errno.EINVAL);
    FileSeals.add(memfd, FileSeals.F_SEAL_SEAL);
    refused(memfd, FileSeals.F_SEAL_GROW, Errno.EPERM);
    refused(memfd, 0x40, Errno.EINVAL);
    OpenFile secret = machine.files().secret(0);
    refused(secret, FileSeals.F_SEAL_GROW, Errno.EINVAL);
    assertThat(SecretFile.INSTANCE.punchHole(secret)).isEqualTo(Errno.EOPNOTSUPP);
    secret.put();
    OpenFile reader =
        new OpenFile(memfd.inode(), memfd.entry(), OpenFile.O_RDONLY, ShmemFile.INSTANCE);
    refused(reader, 0x40, Errno.EPERM);
  }

  private static void cannotBecome(OpenFile file, long bytes, Errno errno) {
    long before = file.inode().size();
    assertThatThrownBy(() -> file.truncate(bytes))
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    assertThat(file.inode().size()).isEqualTo(before);
  }

  @Test
  void sizesThatSealsForbid() throws ErrnoException {
    FileSeals.add(memfd, FileSeals.F_SEAL_GROW);
    cannotBecome(memfd, 4 * 4096, Errno.EPERM);
    memfd.truncate(2 * 4096);
    FileSeals.add(memfd, FileSeals.F_SEAL_SHRINK);
    cannotBecome(memfd, 4096, Errno.EPERM);
    memfd.truncate(2 * 4096);
  }

  @Test
  void sizesOfFilesOfHugePagesAreWholeOnesFirst() throws ErrnoException {
    OpenFile huge =
        machine.files().memfd("h", MemoryFiles.MFD_HUGETLB | MemoryFiles.MFD_ALLOW_SEALING);
    huge.truncate(2L << 20);
    FileSeals.add(huge, FileSeals.F_SEAL_GROW | FileSeals.F_SEAL_SHRINK);
    cannotBecome(huge, 4096, Errno.EINVAL);
    cannotBecome(huge, 0, Errno.EPERM);
    huge.put();
  }
}
