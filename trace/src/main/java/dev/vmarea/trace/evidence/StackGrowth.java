// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * {@code grow PID NEWSTART END}: the stack-like VMA that ends at {@code end} was found grown down.
 *
 * @param pid a thread of the address space
 * @param newStart its first address now
 * @param end address behind it
 */
public record StackGrowth(int pid, long newStart, long end) implements EvidenceLine {
  @Override
  public String body() {
    return "grow " + pid + " 0x" + Long.toHexString(newStart) + " 0x" + Long.toHexString(end);
  }
}
