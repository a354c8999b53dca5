// SPDX-License-Identifier: Apache-2.0

/** Text as the kernel and strace print it: numbers and escaped byte strings. */
@NullMarked
package dev.vmarea.trace.text;

import org.jspecify.annotations.NullMarked;
