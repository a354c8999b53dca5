// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.base.Errno;

/**
 * What came of a call, a load or a store.
 *
 * @param value what it returned: negated errnos included; the byte that a load found
 * @param signal the signal that it ended with, with code and address, or empty
 */
record Answer(long value, String signal) {
  private static final int SIGBUS = 7;

  static Answer of(long value) {
    return new Answer(value, "");
  }

  static Answer signal(int number, int code, long address) {
    return new Answer(
        0,
        (number == SIGBUS ? "SIGBUS" : "SIGSEGV")
            + " code "
            + code
            + " at "
            + Long.toHexString(address));
  }

  /** Name of the errno or signal, or empty if it did what it was to do. */
  String failure() {
    if (!signal.isEmpty()) {
      return signal.substring(0, signal.indexOf(' '));
    }
    if (!Errno.isError(value)) {
      return "";
    }
    Errno errno = Errno.ofResult(value);
    return errno == null ? "E" + -value : errno.name();
  }

  @Override
  public String toString() {
    if (!signal.isEmpty()) {
      return signal;
    }
    return Errno.isError(value) ? failure() : "0x" + Long.toHexString(value);
  }
}
