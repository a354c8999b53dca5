// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.CacheMode;
import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.files.PfnDeviceSettings.Action;
import dev.vmarea.files.PfnDeviceSettings.Hook;
import dev.vmarea.pagetable.EntryRun;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PfnDeviceTest {
  private static final long PHYSICAL = 0xd000_0000L;
  private static final long SIZE = 16 << 12;
  private static final int RW = Prot.READ | Prot.WRITE;

  /** A device of its own machine, opened by a process in which nothing is mapped. */
  private record Opened(AddressSpace space, OpenFile file) {
    static Opened of(PfnDeviceSettings settings, Profile profile) throws Exception {
      Machine machine = new Machine(KernelConfig.standard(), profile);
      ProgramLayout layout = new ProgramLayout();
      layout.mmapBase = 0x7fff_f7ff_f000L;
      OpenFile file =
          new OpenFile(
              new Inode(Inode.Type.CHARACTER_DEVICE, PfnDevice.MOUNT),
              new DirectoryEntry("/dev/x"),
              OpenFile.O_RDWR,
              new PfnDevice(machine.kernel(), settings).operations());
      return new Opened(machine.newAddressSpace(layout, Task.unprivileged()), file);
    }

    long map(long pages, int flags, long page) {
      return space.syscalls().mmap(0, pages << 12, RW, flags, file, page << 12);
    }

    List<EntryRun> runs() {
      PageTables tables = Objects.requireNonNull(space.pageTables());
      return tables.runs(0, 0x7fff_ffff_f000L);
    }
  }

  private static PfnDeviceSettings settings(Action action, Hook hook) {
    return new PfnDeviceSettings(
        action.isAllocated() ? 0 : PHYSICAL, SIZE, CacheMode.UNCACHED_MINUS, action, hook, null);
  }

  @ParameterizedTest
  @EnumSource(Action.class)
  void bothHooksFillTheSameEntries(Action action) throws Exception {
    Opened prepare = Opened.of(settings(action, Hook.PREPARE), Profile.SETTLED);
    Opened legacy = Opened.of(settings(action, Hook.LEGACY), Profile.SETTLED);
    for (Opened opened : List.of(prepare, legacy)) {
      for (long page : new long[] {0, 3, 12}) {
        long at = opened.map(4, MapFlags.SHARED, page);
        assertThat(Errno.isError(at)).isFalse();
        if (action == Action.NONE) {
          assertThat(opened.space().driverFault(at + 4096, true))
              .isEqualTo(FaultContext.Result.NO_PAGE);
        }
      }
      for (long[] beyond : new long[][] {{17, 0}, {2, 15}, {1, 16}, {1, 1L << 40}}) {
        assertThat(opened.map(beyond[0], MapFlags.SHARED, beyond[1]))
            .isEqualTo(Errno.EINVAL.negated());
      }
      opened.space().verify();
    }
    assertThat(prepare.runs()).isNotEmpty().usingRecursiveComparison().isEqualTo(legacy.runs());
    for (Opened opened : List.of(prepare, legacy)) {
      assertThat(opened.space().syscalls().munmap(0, 0x7fff_ffff_f000L)).isZero();
      assertThat(opened.runs()).isEmpty();
      assertThat(opened.space().machine().kernel().pfnTracking().reservations()).isEmpty();
      opened.space().verify();
    }
  }

  @Test
  void pagesOfAMixedMapComeFirst() throws Exception {
    Opened opened = Opened.of(settings(Action.MIXED, Hook.PREPARE), Profile.SETTLED);
    opened.map(4, MapFlags.SHARED, 0);

    List<EntryRun> runs = opened.runs();
    assertThat(runs).hasSize(2);
    assertThat(runs.getFirst().special()).isFalse();
    assertThat(runs.getLast().firstPfn()).isEqualTo(0xd0001);
  }

  @Test
  void aHugeEntryAnswersAFaultWhereOneFits() throws Exception {
    PfnDeviceSettings large =
        new PfnDeviceSettings(
            PHYSICAL, 8 << 20, CacheMode.WRITE_BACK, Action.NONE, Hook.PREPARE, null);
    Opened opened = Opened.of(large, Profile.SETTLED);
    long at =
        opened
            .space()
            .syscalls()
            .mmap(1L << 32, 4 << 20, RW, MapFlags.SHARED, opened.file(), 2 << 20);
    opened.space().driverFault(at + 0x1000, false);

    assertThat(opened.runs()).hasSize(1);
    assertThat(opened.runs().getFirst().level()).isEqualTo(1);
    assertThat(opened.runs().getFirst().firstPfn()).isEqualTo(0xd0200);
    assertThat(opened.map(1, MapFlags.PRIVATE, 0)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void anErrorReplacesThatOfTheAction() throws Exception {
    Machine machine = new Machine(KernelConfig.standard(), Profile.SETTLED);
    PfnDeviceSettings overridden =
        new PfnDeviceSettings(
            0x1000_0000, SIZE, CacheMode.WRITE_BACK, Action.MIXED, Hook.PREPARE, Errno.EAGAIN);
    // RAM as bare page frames of a mixed map: EINVAL by itself.
    Opened opened = Opened.of(overridden, machine.kernel().profile());
    assertThat(opened.map(4, MapFlags.SHARED, 0)).isEqualTo(Errno.EAGAIN.negated());
  }

  @Test
  void kernelsThatLackSomethingAreRefused() {
    PfnDeviceSettings pages = settings(Action.KERNEL_PAGES, Hook.PREPARE);
    assertThat(pages.lackingIn(Profile.LINUX_7_1)).isNull();
    assertThat(pages.lackingIn(Profile.LINUX_6_19))
        .isEqualTo("the action kernel-pages in a prepare hook");
    assertThat(settings(Action.REMAP, Hook.PREPARE).lackingIn(Profile.LINUX_6_18)).isNotNull();
    assertThat(settings(Action.REMAP, Hook.LEGACY).lackingIn(Profile.LINUX_6_18)).isNull();
    assertThat(settings(Action.NONE, Hook.PREPARE).lackingIn(Profile.LINUX_6_18)).isNull();
    assertThatThrownBy(() -> Opened.of(pages, Profile.LINUX_6_18))
        .hasMessage("LINUX_6_18 does not have the action kernel-pages in a prepare hook");
  }
}
