// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProcEntryTest {
  private final Machine machine = new Machine(KernelConfig.standard(), Profile.SETTLED);
  private final AddressSpace space = machine.newAddressSpace();

  private String mmap(ProcEntry entry, @Nullable FileOperations operations) throws ErrnoException {
    OpenFile file = entry.open("/proc/entry", OpenFile.O_RDONLY, operations);
    String result =
        UserLab.text(space.syscalls().mmap(0, 4096, Prot.READ, MapFlags.SHARED, file, 0));
    file.put();
    entry.verify();
    return result;
  }

  @Test
  void eitherHookIsCalledAndNoneIsAnInputOutputError() throws ErrnoException {
    ProcEntry entry = new ProcEntry(false);
    LegacyMmap old = (file, vma) -> {};
    MmapPrepare port = descriptor -> {};

    assertThat(mmap(entry, old)).isEqualTo("ok");
    assertThat(mmap(entry, port)).isEqualTo("ok");
    assertThat(mmap(entry, new FileOperations() {})).isEqualTo("-EIO");
    assertThat(mmap(entry, null)).isEqualTo("-EIO");
  }

  @Test
  void aHookThatFailsIsNoUseAnyMore() throws ErrnoException {
    ProcEntry entry = new ProcEntry(false);
    LegacyMmap old =
        (file, vma) -> {
          throw Errno.EPERM.failure();
        };
    MmapPrepare defect =
        descriptor -> {
          throw new IllegalArgumentException("a defect of the driver");
        };

    assertThat(mmap(entry, old)).isEqualTo("-EPERM");
    assertThatThrownBy(() -> mmap(entry, defect)).hasMessage("a defect of the driver");
    entry.verify();
    entry.remove(); // waits for nobody
  }

  @Test
  void nothingIsCalledBehindTheRemoval() throws ErrnoException {
    ProcEntry entry = new ProcEntry(false);
    LegacyMmap never =
        (file, vma) -> {
          throw new AssertionError("called");
        };
    OpenFile file = entry.open("/proc/entry", OpenFile.O_RDONLY, never);
    entry.remove();

    assertThat(UserLab.text(space.syscalls().mmap(0, 4096, Prot.READ, MapFlags.SHARED, file, 0)))
        .isEqualTo("-EIO");
    assertThatThrownBy(() -> entry.open("/proc/entry", OpenFile.O_RDONLY, never))
        .isInstanceOf(ErrnoException.class);
    file.put();
  }

  @Test
  void aPermanentEntryIsNotRemoved() throws ErrnoException {
    ProcEntry entry = new ProcEntry(true);
    LegacyMmap old = (file, vma) -> {};

    assertThat(mmap(entry, old)).isEqualTo("ok");
    assertThatThrownBy(entry::remove).isInstanceOf(IllegalStateException.class);
  }
}
