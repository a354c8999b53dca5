// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * {@code fault PID ADDR w|r|?}: a page fault, in order, before the call that comes next.
 *
 * @param pid a thread of the address space
 * @param address where
 * @param access whether it was a write
 */
public record PageFault(int pid, long address, Access access) implements EvidenceLine {
  /** Kind of access that faulted. */
  public enum Access {
    /** A store. */
    WRITE('w'),
    /** A load or an instruction fetch. */
    READ('r'),
    /** Not known. */
    UNKNOWN('?');

    private final char letter;

    Access(char letter) {
      this.letter = letter;
    }
  }

  @Override
  public String body() {
    return "fault " + pid + " 0x" + Long.toHexString(address) + " " + access.letter;
  }
}
