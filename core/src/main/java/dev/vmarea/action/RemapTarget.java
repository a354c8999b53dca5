// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.base.PageProtection;
import dev.vmarea.pagetable.PfnReservation;
import org.jspecify.annotations.Nullable;

/** A VMA whose page tables are being filled: a published one, or one that is half built. */
interface RemapTarget {
  /** First byte. */
  long start();

  /** Byte after the last. */
  long end();

  /** Set of VmFlags. */
  long vmFlags();

  /** Protection of its entries. */
  PageProtection protection();

  /** The page frames it holds reserved, or null. */
  @Nullable PfnReservation reservation();

  /** It holds these from now on. */
  void reservation(PfnReservation reservation);
}
