// SPDX-License-Identifier: Apache-2.0

/**
 * Model checking; all of it is tests. Lincheck runs the library's own classes under one schedule of
 * the threads after the other, and wants every outcome to be one that some order of the calls has,
 * too. It assumes that all threads see memory in one order, and does not see accesses to off-heap
 * memory; but each stands between two accesses that it sees.
 */
@NullMarked
package dev.vmarea.models;

import org.jspecify.annotations.NullMarked;
