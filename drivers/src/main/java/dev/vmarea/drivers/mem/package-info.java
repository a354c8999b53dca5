// SPDX-License-Identifier: Apache-2.0
/**
 * {@code /dev/mem}: physical memory as a file, for programs that drive devices themselves. Opening
 * it needs CAP_SYS_RAWIO; the offset of a mapping is a physical address. What may be mapped {@link
 * dev.vmarea.drivers.mem.IomemClaims} says; how it is cached, O_DSYNC.
 *
 * <p>{@link dev.vmarea.drivers.mem.MemFile} is what the hooks do. A driver that claims a range
 * revokes it: mappings that are there lose it. Between the check of a range and its mapping a
 * revocation finds nothing to unmap; the port {@code own} looks again when it has mapped, so that
 * either finds the other.
 */
@NullMarked
package dev.vmarea.drivers.mem;

import org.jspecify.annotations.NullMarked;
