// SPDX-License-Identifier: Apache-2.0

/** The {@code # vmarea} comment lines of a recording: facts that system calls do not show. */
@NullMarked
package dev.vmarea.trace.evidence;

import org.jspecify.annotations.NullMarked;
