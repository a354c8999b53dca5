// SPDX-License-Identifier: Apache-2.0

/**
 * ntfs3: a file system on a volume of clusters. Files may have holes, and bytes that were never
 * written though the file is long enough: they read as zero, whatever their clusters hold. Files
 * are opened with O_CREAT below its place, which can be any.
 */
@NullMarked
package dev.vmarea.drivers.ntfs3;

import org.jspecify.annotations.NullMarked;
