// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain;

import dev.vmarea.base.Profile;
import dev.vmarea.explain.cause.Causes;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.verdict.Verdicts;

/**
 * Why an address space has the VMAs that it has. Immutable and thread-safe.
 *
 * @param snapshot what is explained
 * @param profile by the rules of which kernel
 * @param exact whether that is the kernel that the snapshot comes from
 * @param totals what it amounts to
 * @param verdicts why each two neighbours are two
 * @param causes the same in groups, ranked
 */
public record Explanation(
    Snapshot snapshot,
    Profile profile,
    boolean exact,
    Totals totals,
    Verdicts verdicts,
    Causes causes) {}
