// SPDX-License-Identifier: Apache-2.0
/**
 * Resources of a PCI device (its BARs) as files. In procfs the device has one file, whose offsets
 * are physical addresses; a mapping must fit into one BAR. In sysfs each BAR has a file, {@code
 * resource0} and so on, and a prefetchable one a second, {@code resource2_wc}, for write combining;
 * here they stand below the device's path. Both end in the same mapping of device memory.
 *
 * <p>{@link dev.vmarea.drivers.pci.PciFile} is what the hooks do. Nobody has posted a port of it;
 * the one here is as v2 of the series would have carried it: through procfs, which has the old
 * hook, by the compatibility layer. kernfs, which stands before sysfs's files in Linux, is left
 * out.
 *
 * <p>The device has a small file of registers ({@link dev.vmarea.drivers.pci.PciRegisters}) in BAR
 * 0 and memory in BAR 2.
 */
@NullMarked
package dev.vmarea.drivers.pci;

import org.jspecify.annotations.NullMarked;
