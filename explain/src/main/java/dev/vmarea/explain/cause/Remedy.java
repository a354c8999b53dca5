// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

/**
 * The smallest change that would let areas merge. Immutable.
 *
 * @param advice what to do, a sentence or two
 * @param whatIf the name of the what-if that computes it, such as {@code guard-regions}, or empty
 * @param saves how many VMAs it would remove, by an estimate from the snapshot alone
 */
public record Remedy(String advice, String whatIf, int saves) {}
