// SPDX-License-Identifier: Apache-2.0
/**
 * What a check tells: {@link dev.vmarea.workbench.finding.Finding}, the {@link
 * dev.vmarea.workbench.finding.Rule} that is broken, why ({@link
 * dev.vmarea.workbench.finding.Cause}), and whether somebody has said that it is meant to be so.
 */
@NullMarked
package dev.vmarea.workbench.finding;

import org.jspecify.annotations.NullMarked;
