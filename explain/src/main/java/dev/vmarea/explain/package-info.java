// SPDX-License-Identifier: Apache-2.0

/**
 * Why an address space has so many mappings, and what would remove them: a snapshot or a history
 * goes in, an {@link dev.vmarea.explain.Explanation} comes out.
 */
@NullMarked
package dev.vmarea.explain;

import org.jspecify.annotations.NullMarked;
