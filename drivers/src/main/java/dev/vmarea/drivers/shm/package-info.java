// SPDX-License-Identifier: Apache-2.0

/**
 * System V shared memory on files of either hook (users 2.12): an attachment's file is mapped by an
 * old hook, and reaches the segment's file from there, the port through the compatibility layer.
 *
 * <p>Segments are not opened but attached: {@code shmat(1, ...)}. A script makes more of them by
 * shmget. What counts attachments is the core's own {@link dev.vmarea.mapping.SharedSegment}; here
 * stand the files below it, and what must hold.
 */
@NullMarked
package dev.vmarea.drivers.shm;

import org.jspecify.annotations.NullMarked;
