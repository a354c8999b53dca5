// SPDX-License-Identifier: Apache-2.0
/**
 * The porting workbench. {@link dev.vmarea.workbench.Workbench} looks at a user, its old hook and
 * its port, from five sides ({@link dev.vmarea.workbench.finding.Part}), and says what breaks a
 * rule or differs.
 */
@NullMarked
package dev.vmarea.workbench;

import org.jspecify.annotations.NullMarked;
