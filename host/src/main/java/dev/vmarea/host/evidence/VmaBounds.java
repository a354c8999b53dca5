// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

/**
 * What evidence needs to know of a VMA: the range [start, end) in bytes, page-aligned, whether it
 * is writable now, whether it is shared (MAYSHARE), and whether its pages may come from a device or
 * from the kernel ([vvar], /dev/...), so that a present page need not be an anonymous one.
 */
record VmaBounds(long start, long end, boolean writable, boolean shared, boolean oddPages) {}
