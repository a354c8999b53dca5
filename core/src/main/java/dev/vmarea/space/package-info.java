// SPDX-License-Identifier: Apache-2.0
/**
 * One address space: its tree of VMAs, counters and limits, merge rules, splits, address choice.
 */
@NullMarked
package dev.vmarea.space;

import org.jspecify.annotations.NullMarked;
