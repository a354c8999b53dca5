// SPDX-License-Identifier: Apache-2.0

/**
 * cramfs on ROM: a read-only image in physical memory, whose uncompressed files are mapped straight
 * from there. The image has one file of each {@link dev.vmarea.drivers.cramfs.Layout}, of that name
 * in lower case, to be opened for reading below its place.
 */
@NullMarked
package dev.vmarea.drivers.cramfs;

import org.jspecify.annotations.NullMarked;
