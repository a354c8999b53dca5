// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.arch.Architecture;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.vma.OpenFile;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without an MMU a mapping of physical memory must be shared, which is looked at before EPERM. */
class MemNoMmuTest {
  private static final String DEVICE = MemKind.INSTANCE.usualPath();
  private static final long CLAIMED = 0xc000_0000L;

  @ParameterizedTest
  @CsvSource({"legacy,SETTLED", "v3,V3_AS_POSTED", "own,SETTLED"})
  void privateMappingIsNotKnown(String variant, String profile) throws Exception {
    Machine machine =
        new Machine(KernelConfig.standard(), Profile.named(profile), Architecture.NOMMU);
    Map<String, String> settings = Map.of("exclusive", "0xc0000000-0xc0001000");
    MountPlan.EMPTY
        .with(DEVICE, new MountPlan.Entry(MemKind.INSTANCE, variant, settings))
        .mount(machine);
    OpenFile file = machine.open(DEVICE, OpenFile.O_RDWR);
    AddressSpace space = machine.newAddressSpace();

    long copied = space.syscalls().mmap(0, 4096, Prot.READ, MapFlags.PRIVATE, file, CLAIMED);
    long shared = space.syscalls().mmap(0, 4096, Prot.READ, MapFlags.SHARED, file, CLAIMED);
    long behind = space.syscalls().mmap(0, 4096, Prot.READ, MapFlags.PRIVATE, file, 1L << 46);

    assertThat(UserLab.text(copied)).isEqualTo("-ENOSYS");
    assertThat(UserLab.text(shared)).isEqualTo("-EPERM");
    assertThat(UserLab.text(behind)).isEqualTo("-EINVAL");
    file.put();
    space.exit();
  }

  /** An address is the memory that it names, so only there can the old hook map it. */
  @ParameterizedTest
  @CsvSource({"0xc0002000,ok", "0xc0003000,-EAGAIN"})
  void memoryIsMappedWhereItIs(String address, String expected) throws Exception {
    Machine machine = new Machine(KernelConfig.standard(), Profile.SETTLED, Architecture.NOMMU);
    MountPlan.EMPTY
        .with(DEVICE, new MountPlan.Entry(MemKind.INSTANCE, "legacy", Map.of()))
        .mount(machine);
    OpenFile file = machine.open(DEVICE, OpenFile.O_RDWR);
    AddressSpace space = machine.newAddressSpace();
    long at = Long.decode(address);

    int flags = MapFlags.SHARED | MapFlags.FIXED;
    long mapped = space.syscalls().mmap(at, 4096, Prot.READ, flags, file, 0xc000_2000L);

    assertThat(mapped == at ? "ok" : UserLab.text(mapped)).isEqualTo(expected);
    file.put();
    space.exit();
  }
}
