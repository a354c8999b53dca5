// SPDX-License-Identifier: Apache-2.0

/** Reads and writes strace's output, one line at a time and in constant memory. */
@NullMarked
package dev.vmarea.trace.strace;

import org.jspecify.annotations.NullMarked;
