// SPDX-License-Identifier: Apache-2.0
/**
 * Device DAX: memory of a kind of its own (persistent, or just far away) that programs map without
 * a file system between, {@code /dev/dax0.0}. All of it goes in units of a fixed size, the
 * alignment: 4 KiB, 2 MiB or 1 GiB. A mapping is filled by faults, with entries of just that size.
 *
 * <p>{@link dev.vmarea.drivers.devdax.DaxFile} is what both hooks and the faults do, with the same
 * checks. A device that is killed gives no more pages; what is mapped of it is unmapped, and its
 * mappings stay and are bus errors.
 */
@NullMarked
package dev.vmarea.drivers.devdax;

import org.jspecify.annotations.NullMarked;
