// SPDX-License-Identifier: Apache-2.0
/** Recordings and logs of real programs: read, written, replayed, compared. */
@NullMarked
package dev.vmarea.trace;

import org.jspecify.annotations.NullMarked;
