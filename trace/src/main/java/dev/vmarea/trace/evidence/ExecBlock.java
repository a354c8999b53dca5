// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * {@code exec PID}: PID's execve succeeded. The {@link MapLine}s that follow are its new map, up to
 * {@link EndBlock}.
 *
 * @param pid a thread of the address space
 */
public record ExecBlock(int pid) implements EvidenceLine {
  @Override
  public String body() {
    return "exec " + pid;
  }
}
