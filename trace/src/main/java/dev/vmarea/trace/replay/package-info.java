// SPDX-License-Identifier: Apache-2.0

/**
 * Runs a log against the model: who shares which memory and which descriptors, in what order calls
 * took effect, whether each result is the one the kernel gave, and whether the final maps agree.
 */
@NullMarked
package dev.vmarea.trace.replay;

import org.jspecify.annotations.NullMarked;
