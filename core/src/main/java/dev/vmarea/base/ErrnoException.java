// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/**
 * A call failed the way Linux fails it.
 *
 * <p>One shared instance an errno, without stack trace: failing calls are ordinary results here,
 * and emulators see many of them. Obtain it with {@link Errno#failure()}.
 */
public final class ErrnoException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Errno errno;

  ErrnoException(Errno errno) {
    super(errno + " (" + errno.text() + ")", null, false, false);
    this.errno = errno;
  }

  /** Why the call failed. */
  public Errno errno() {
    return errno;
  }
}
