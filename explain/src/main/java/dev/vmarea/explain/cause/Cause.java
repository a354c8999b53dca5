// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import dev.vmarea.explain.verdict.Evidence;
import dev.vmarea.explain.verdict.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Boundaries that have one cause. Immutable.
 *
 * @param id stable name for machines, such as {@code guard-pages}
 * @param title what it is, for people: "guard pages below thread stacks"
 * @param reason what sets its areas apart
 * @param evidence the weakest evidence among its boundaries
 * @param boundaries how many
 * @param bytes length of the areas above its boundaries
 * @param example one of them, the number of a boundary
 * @param pattern how they lie
 * @param producer who likely made them and why that is believed, or empty
 * @param remedy what would remove them, or null if they are as they should be
 */
public record Cause(
    String id,
    String title,
    Reason reason,
    Evidence evidence,
    int boundaries,
    long bytes,
    int example,
    Pattern pattern,
    String producer,
    @Nullable Remedy remedy) {}
