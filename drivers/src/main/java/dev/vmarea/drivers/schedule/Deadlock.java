// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.schedule;

/**
 * Nobody can go on: each operation that has not ended waits for a lock. The message says where each
 * waits and for whom. Their threads stay as they are, and so does what they have locked.
 */
public final class Deadlock extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Deadlock(String waits) {
    super(waits);
  }
}
