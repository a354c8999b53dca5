// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

/**
 * What evidence needs to know of a VMA.
 *
 * @param start its first address, page-aligned
 * @param end the address behind it
 * @param writable whether it is writable now
 * @param shared whether it is shared (MAYSHARE)
 * @param file whether it has a file with an inode number
 * @param oddPages whether its pages may come from a device or from the kernel ([vvar], /dev/...),
 *     so that a present page need not be an anonymous one
 */
record VmaBounds(
    long start, long end, boolean writable, boolean shared, boolean file, boolean oddPages) {}
