// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

/**
 * The memory of a process, from one execve or fork to the next or to the end, in a few numbers.
 * Immutable.
 *
 * @param number memories are counted in the order in which they began, from 0 on
 * @param parent the number of the memory that it began as a copy of, or -1
 * @param pid the process
 * @param command the program and its arguments, bytes as ISO-8859-1, hostile; may be empty
 * @param calls memory calls made on it
 * @param peakVmas most VMAs that it had
 * @param vmas VMAs at its end
 * @param endLine the line of the log at which it ended
 */
public record MemoryOutline(
    int number,
    int parent,
    int pid,
    String command,
    long calls,
    int peakVmas,
    int vmas,
    long endLine) {}
