// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.cramfs;

/**
 * Frames of the ROM that a mapping can show from its beginning on.
 *
 * @param firstPfn the first frame
 * @param pages how many, positive; the rest of the mapping comes from the page cache
 */
record DirectRun(long firstPfn, long pages) {}
