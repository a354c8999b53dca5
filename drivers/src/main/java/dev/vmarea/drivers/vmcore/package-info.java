// SPDX-License-Identifier: Apache-2.0
/**
 * {@code /proc/vmcore}: the memory of a kernel that has crashed, as the one that was started in its
 * place shows it. One file of three parts: an ELF header of the new kernel's own pages, notes in
 * other pages of its own, and the ranges of the old memory, one behind the other.
 *
 * <p>A mapping may cut across parts, and then one action of the new hook does not suffice: v1 and
 * v2 of the series had an action of the driver's own for it, v3 dropped it and this port with it.
 * The port {@code v2} uses the mixed map of several parts; {@code single}, what v3's actions can
 * say: a mapping that lies in one part. Both go through procfs, by the compatibility layer, which
 * could not clear flags: then a mapping that must stay read-only can be made writable.
 */
@NullMarked
package dev.vmarea.drivers.vmcore;

import org.jspecify.annotations.NullMarked;
