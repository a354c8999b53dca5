// SPDX-License-Identifier: Apache-2.0

/** Reads and writes {@code /proc/PID/maps} and {@code smaps}, byte for byte. */
@NullMarked
package dev.vmarea.trace.procmaps;

import org.jspecify.annotations.NullMarked;
