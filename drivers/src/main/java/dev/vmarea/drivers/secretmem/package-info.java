// SPDX-License-Identifier: Apache-2.0

/**
 * memfd_secret: memory that only those see who map it, because it is taken out of the kernel's own
 * mapping of all memory. Every open at its place, usually {@code secretmem:}, is a new file without
 * a name; its size is set once.
 */
@NullMarked
package dev.vmarea.drivers.secretmem;

import org.jspecify.annotations.NullMarked;
