// SPDX-License-Identifier: Apache-2.0
/** Judges: each looks at a run, or at two of them, and says which rules are broken where. */
@NullMarked
package dev.vmarea.workbench.rule;

import org.jspecify.annotations.NullMarked;
