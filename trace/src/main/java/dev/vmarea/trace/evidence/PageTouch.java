// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * {@code touch PID ADDRESS w|r|?}: one page fault of a recording that has all of them, in order.
 * Unlike a {@link PageFault} it need not change what is known of an area.
 *
 * @param pid a thread of the address space
 * @param address first byte of the page
 * @param access what it was for, as far as the kernel told
 */
public record PageTouch(int pid, long address, PageFault.Access access) implements EvidenceLine {
  @Override
  public String body() {
    return "touch" + new PageFault(pid, address, access).body().substring("fault".length());
  }
}
