// SPDX-License-Identifier: Apache-2.0

/** Thousands of snapshots at once: one row each, the worst first. */
@NullMarked
package dev.vmarea.explain.fleet;

import org.jspecify.annotations.NullMarked;
