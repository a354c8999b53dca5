// SPDX-License-Identifier: Apache-2.0

/**
 * A small JSON writer and reader for reports and the meta file of a recording.
 *
 * <p>Own code, because a library's reflection costs more at start-up than the whole command, and
 * the formats are ours.
 */
@NullMarked
package dev.vmarea.trace.json;

import org.jspecify.annotations.NullMarked;
