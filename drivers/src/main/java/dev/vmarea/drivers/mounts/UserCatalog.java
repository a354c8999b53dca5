// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mounts;

import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.afs.AfsKind;
import dev.vmarea.drivers.coda.CodaKind;
import dev.vmarea.drivers.cramfs.CramfsKind;
import dev.vmarea.drivers.devdax.DaxKind;
import dev.vmarea.drivers.hugetlbfs.HugetlbfsKind;
import dev.vmarea.drivers.iommufd.IommufdKind;
import dev.vmarea.drivers.kcov.KcovKind;
import dev.vmarea.drivers.mem.MemKind;
import dev.vmarea.drivers.ntfs3.Ntfs3Kind;
import dev.vmarea.drivers.overlay.OverlayKind;
import dev.vmarea.drivers.pci.PciKind;
import dev.vmarea.drivers.relay.RelayKind;
import dev.vmarea.drivers.resctrl.ResctrlKind;
import dev.vmarea.drivers.secretmem.SecretmemKind;
import dev.vmarea.drivers.shm.ShmKind;
import dev.vmarea.drivers.shmem.ShmemKind;
import dev.vmarea.drivers.vmcore.VmcoreKind;
import dev.vmarea.drivers.zero.ZeroKind;
import java.util.List;

/** All kinds of users, in the order of the series; behind them those it dropped, and afs. */
public final class UserCatalog {
  private static final List<UserKind> ALL =
      List.of(
          ShmemKind.INSTANCE,
          MemKind.INSTANCE,
          ZeroKind.INSTANCE,
          HugetlbfsKind.INSTANCE,
          DaxKind.INSTANCE,
          RelayKind.INSTANCE,
          SecretmemKind.INSTANCE,
          Ntfs3Kind.INSTANCE,
          ResctrlKind.INSTANCE,
          IommufdKind.INSTANCE,
          OverlayKind.INSTANCE,
          CodaKind.INSTANCE,
          ShmKind.INSTANCE,
          KcovKind.INSTANCE,
          VmcoreKind.INSTANCE,
          PciKind.INSTANCE,
          CramfsKind.INSTANCE,
          AfsKind.INSTANCE);

  private UserCatalog() {}

  /** All of them. */
  public static List<UserKind> all() {
    return ALL;
  }

  /**
   * The kind with this name.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static UserKind named(String name) {
    for (UserKind kind : ALL) {
      if (kind.id().equals(name)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "no user " + name + "; known: " + ALL.stream().map(UserKind::id).toList());
  }
}
