// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.PageProtection;
import dev.vmarea.pagetable.PfnReservation;
import org.jspecify.annotations.Nullable;

/**
 * What a driver's hook left with a VMA beside its flags. Not compared when VMAs merge: equal files
 * are taken to imply it, as in Linux.
 *
 * @param privateData what the driver keeps ({@code vm_private_data}), or null
 * @param protection the protection the hook chose, of which cache mode and encryption last; null
 *     where it chose none
 * @param reservation the page frames that the VMA holds reserved, or null
 */
public record DriverData(
    @Nullable Object privateData,
    @Nullable PageProtection protection,
    @Nullable PfnReservation reservation) {
  /** Nothing. */
  public static final DriverData NONE = new DriverData(null, null, null);

  /** The same with another reservation. */
  public DriverData withReservation(@Nullable PfnReservation other) {
    return new DriverData(privateData, protection, other);
  }

  /** The same with other private data. */
  public DriverData withPrivateData(@Nullable Object other) {
    return new DriverData(other, protection, reservation);
  }

  /** Whether there is nothing in it. */
  public boolean isNone() {
    return privateData == null && protection == null && reservation == null;
  }
}
