// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.PageProtection;

/**
 * Entries side by side that differ in nothing but their place: same size, same attributes,
 * consecutive page frames. Immutable.
 *
 * @param start first byte that they map
 * @param end byte after the last one
 * @param level 0 for pages, 1 and above for huge ones
 * @param firstPfn page frame at {@code start}
 * @param protection the flag bits, without SPECIAL and HUGE
 * @param special whether the entries are special: no page references
 */
public record EntryRun(
    long start, long end, int level, long firstPfn, PageProtection protection, boolean special) {}
