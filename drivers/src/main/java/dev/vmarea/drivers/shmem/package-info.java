// SPDX-License-Identifier: Apache-2.0

/**
 * tmpfs: files that live in the page cache alone. A mount of it, such as {@code /dev/shm}, is a
 * folder of files: opened with O_CREAT, unlinked, cut by ftruncate. Names that begin with {@code
 * memfd:}, where it is mounted as {@code memfd:}, each open a new file without a name.
 */
@NullMarked
package dev.vmarea.drivers.shmem;

import org.jspecify.annotations.NullMarked;
