// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * {@code exit PID}: the address space of PID is about to go. The {@link MapLine}s that follow are
 * its final map, up to {@link EndBlock}.
 *
 * @param pid a thread of the address space
 */
public record ExitBlock(int pid) implements EvidenceLine {
  @Override
  public String body() {
    return "exit " + pid;
  }
}
