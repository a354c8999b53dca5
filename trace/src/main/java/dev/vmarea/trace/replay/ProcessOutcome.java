// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import org.jspecify.annotations.Nullable;

/**
 * What became of one process (a thread group between two executions of a program counts as one).
 *
 * @param pid its number, 0 for the first process of a log without numbers
 * @param command the program it executed last, as the log shows it, or empty
 * @param calls memory calls replayed in it
 * @param skippedCalls memory calls not replayed because its memory was not known
 * @param vmas areas at the end (without the pseudo area [vsyscall])
 * @param peakVmas most areas after any call
 * @param comparison the final map compared with the expected one, or null when there was none
 * @param remark why nothing was compared, or how the process ended; empty if there is nothing to
 *     say
 */
public record ProcessOutcome(
    int pid,
    String command,
    long calls,
    long skippedCalls,
    int vmas,
    int peakVmas,
    @Nullable MapComparison comparison,
    String remark) {}
