// SPDX-License-Identifier: Apache-2.0

/** Why two neighbours are two VMAs and not one: the merge rule, asked about every boundary. */
@NullMarked
package dev.vmarea.explain.verdict;

import org.jspecify.annotations.NullMarked;
