// SPDX-License-Identifier: Apache-2.0
/**
 * Findings as C programs: {@link dev.vmarea.workbench.c.CProgram} writes one that makes the same
 * calls on a real kernel and says whether the defect is there, or says why that cannot be tried.
 */
@NullMarked
package dev.vmarea.workbench.c;

import org.jspecify.annotations.NullMarked;
