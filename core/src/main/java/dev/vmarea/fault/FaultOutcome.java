// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

/** How an attempt to make an entry ended. */
enum FaultOutcome {
  /** The entry is another one now, by this fault or by one beside it. */
  CHANGED,
  /** A driver was asked and says that there is an entry, or there was a good one already. */
  ANSWERED,
  /** There is a guard marker. */
  GUARDED,
  /** Only who has the address space's lock can go on. */
  NEEDS_LOCK
}
