// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * {@code end PID}: the map that {@link ExecBlock} or {@link ExitBlock} began is complete.
 *
 * @param pid a thread of the address space
 */
public record EndBlock(int pid) implements EvidenceLine {
  @Override
  public String body() {
    return "end " + pid;
  }
}
