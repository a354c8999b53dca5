// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

/**
 * Boundaries made by calls of one shape. Immutable.
 *
 * @param shape the calls without addresses and file descriptors, such as {@code mprotect(PROT_NONE)
 *     of 4 KiB}; may hold bytes of the log, hostile
 * @param boundaries how many of the boundaries they made
 * @param first one of those calls: the first of them in the log
 */
public record CallGroup(String shape, int boundaries, CallSite first) {}
