// SPDX-License-Identifier: Apache-2.0
/**
 * Runs of the workbench as scripts that a replay plays: {@link
 * dev.vmarea.workbench.script.ScriptText}.
 */
@NullMarked
package dev.vmarea.workbench.script;

import org.jspecify.annotations.NullMarked;
