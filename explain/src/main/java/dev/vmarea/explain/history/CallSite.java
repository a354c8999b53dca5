// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

/**
 * One call of a log. Immutable.
 *
 * @param line of the log, from 1 on
 * @param pid which process or thread made it
 * @param time seconds as the log tells them, or NaN
 * @param text the call as in the log, bytes as ISO-8859-1, hostile
 */
public record CallSite(long line, int pid, double time, String text) {}
