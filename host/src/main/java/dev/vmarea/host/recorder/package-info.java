// SPDX-License-Identifier: Apache-2.0
/**
 * Records a program's memory calls by ptrace into a directory: the calls in the kernel's order, the
 * maps after each exec and at each end, and the evidence that replaying them needs.
 */
@NullMarked
package dev.vmarea.host.recorder;

import org.jspecify.annotations.NullMarked;
