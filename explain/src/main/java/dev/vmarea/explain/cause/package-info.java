// SPDX-License-Identifier: Apache-2.0

/** Boundaries that have one cause, who likely made them, and what would remove them. */
@NullMarked
package dev.vmarea.explain.cause;

import org.jspecify.annotations.NullMarked;
