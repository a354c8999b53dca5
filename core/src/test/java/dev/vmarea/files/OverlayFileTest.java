// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files of overlayfs are mapped through the real ones, as Linux 6.18.44 showed to the fuzzer. */
class OverlayFileTest {
  private static final long BASE = 0x100000000000L;
  private static final int SHARED = MapFlags.SHARED | MapFlags.FIXED;

  private final Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
  private final Inode inode = new Inode(Inode.Type.REGULAR, ShmemFile.INTERNAL_MOUNT);
  private AddressSpace space;
  private OpenFile file;

  @BeforeEach
  void aFile() {
    inode.size(0);
    inode.truncate(4 * 4096);
    space = machine.newAddressSpace();
    file = OverlayFile.open(inode, new DirectoryEntry("/u"), OpenFile.O_RDWR, ShmemFile.INSTANCE);
  }

  @AfterEach
  void end() {
    space.exit();
    assertThat(file.references()).isOne();
    file.put();
    inode.truncate(0);
    machine.verify();
  }

  private long map(long page, int prot, int flags) {
    return space.syscalls().mmap(BASE + page * 4096, 4096, prot, flags, file, page * 4096);
  }

  @Test
  void theAreaHasTheRealFile() {
    map(0, 3, SHARED);
    OpenFile real = space.lookup(BASE).file();
    assertThat(real).isNotNull().isNotSameAs(file);
    assertThat(real.operations()).isSameAs(ShmemFile.INSTANCE);
    assertThat(real.references()).isEqualTo(2);
    try (var cpu = space.cpu()) {
      cpu.storeByte(BASE, (byte) 5);
      map(1, 1, SHARED);
      assertThat(cpu.loadByte(BASE)).isEqualTo((byte) 5);
    }
    space.syscalls().munmap(BASE, 2 * 4096);
    assertThat(real.references()).isOne();
  }

  @Test
  void mappingsJoinOnlyWhenSomethingChangesLater() {
    map(0, 3, SHARED);
    map(1, 3, SHARED);
    assertThat(space.mapCount()).isEqualTo(2);
    space.syscalls().mprotect(BASE + 4096, 4096, 1);
    space.syscalls().mprotect(BASE + 4096, 4096, 3);
    assertThat(space.mapCount()).isOne();
  }

  /** The real file's hook gives callbacks, so the area is not taken for anonymous memory. */
  @Test
  void privateMemoryStaysChargedWhenItBecomesReadOnly() {
    map(0, 1, MapFlags.PRIVATE | MapFlags.FIXED);
    space.syscalls().mprotect(BASE, 4096, 3);
    space.syscalls().mprotect(BASE, 4096, 1);
    assertThat(space.lookup(BASE).isAnonymous()).isFalse();
    assertThat(space.lookup(BASE).has(VmFlags.ACCOUNT)).isTrue();
  }

  @Test
  void twoOpensNeverJoin() {
    OpenFile other =
        OverlayFile.open(inode, new DirectoryEntry("/u"), OpenFile.O_RDWR, ShmemFile.INSTANCE);
    map(0, 1, SHARED);
    space.syscalls().mmap(BASE + 4096, 4096, 3, SHARED, other, 4096);
    space.syscalls().mprotect(BASE + 4096, 4096, 1);
    assertThat(space.mapCount()).isEqualTo(2);
    other.put();
  }
}
