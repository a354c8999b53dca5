// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * {@code anon PID START-END}: the VMA {@code [start, end)} has anonymous pages, seen before the
 * call that comes next; when and in which order they came is not known.
 *
 * @param pid a thread of the address space
 * @param start first address of the VMA
 * @param end address behind it
 */
public record AnonymousPages(int pid, long start, long end) implements EvidenceLine {
  @Override
  public String body() {
    return "anon " + pid + " 0x" + Long.toHexString(start) + "-0x" + Long.toHexString(end);
  }
}
