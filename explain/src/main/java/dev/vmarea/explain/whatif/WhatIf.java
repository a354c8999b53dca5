// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

/**
 * What a change would give. Immutable.
 *
 * @param name such as {@code guard-regions}, {@code same-flags=hg}, {@code in-order}
 * @param what the change, for people
 * @param before VMAs as it is
 * @param after VMAs with the change
 * @param isReplayed whether the changed history was replayed; else it is an estimate
 * @param notes what a reader has to know, a sentence or nothing
 */
public record WhatIf(
    String name, String what, int before, int after, boolean isReplayed, String notes) {}
