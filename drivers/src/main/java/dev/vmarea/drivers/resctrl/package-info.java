// SPDX-License-Identifier: Apache-2.0
/**
 * resctrl's pseudo-locked memory: a region that has been read into a part of a cache which nothing
 * else may use, so that it stays there. A program on one of that cache's processors maps it through
 * {@code /dev/pseudo_lock/NAME}.
 *
 * <p>{@link dev.vmarea.drivers.resctrl.PseudoLockFile} is what the hooks do. Unmounting resctrl
 * frees the memory of all regions. By the old hook and as posted that is so also while it is
 * mapped; the old hook holds the mutex of resctrl until the mapping is made, the port only until
 * its hook returns. The port {@code own} does it without that mutex: the memory belongs to the open
 * files as well as to resctrl, a mapping holds its file, and so a region that is unmounted
 * meanwhile is mapped or refused, and never free and mapped.
 */
@NullMarked
package dev.vmarea.drivers.resctrl;

import org.jspecify.annotations.NullMarked;
