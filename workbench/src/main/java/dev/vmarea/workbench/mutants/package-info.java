// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a check would notice: one deliberate fault after the other is put into correct ports,
 * found systematically in their classes, and the workbench is to find what it breaks.
 */
@NullMarked
package dev.vmarea.workbench.mutants;

import org.jspecify.annotations.NullMarked;
