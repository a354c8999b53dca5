// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.KernelWarning;

/**
 * What the kernel that is modelled would have written to its log.
 *
 * @param line number of the line of the log that led to it, from 1
 * @param warning the warning
 */
public record ReplayWarning(long line, KernelWarning warning) {}
