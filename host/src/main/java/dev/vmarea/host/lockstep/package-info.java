// SPDX-License-Identifier: Apache-2.0
/**
 * The model and a puppet in lockstep: one sequence of calls on both, compared after every step.
 * Loaded anew for every worker of a campaign, so that each counts the model's branches for itself.
 */
@NullMarked
package dev.vmarea.host.lockstep;

import org.jspecify.annotations.NullMarked;
