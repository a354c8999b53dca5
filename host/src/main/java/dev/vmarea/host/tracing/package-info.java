// SPDX-License-Identifier: Apache-2.0
/**
 * ptrace, seccomp and another process's memory, in the terms of the kernel's interface: requests,
 * stops, registers, filters. Policy (what to trace and what to do with it) stands above.
 */
@NullMarked
package dev.vmarea.host.tracing;

import org.jspecify.annotations.NullMarked;
