// SPDX-License-Identifier: Apache-2.0
/** Whether the workbench notices faults in ports. */
@NullMarked
package dev.vmarea.workbench.mutants;

import org.jspecify.annotations.NullMarked;
