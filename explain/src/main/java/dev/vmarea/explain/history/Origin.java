// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

/**
 * Where a boundary comes from. Immutable.
 *
 * @param site the call
 * @param length how many bytes it is about, 0 if it says none
 */
record Origin(CallSite site, long length) {}
