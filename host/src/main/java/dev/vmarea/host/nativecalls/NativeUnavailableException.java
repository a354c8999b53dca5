// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.nativecalls;

/** Native calls cannot be made here: another operating system, processor, or access denied. */
public final class NativeUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what is missing. */
  public NativeUnavailableException(final String message) {
    super(message);
  }

  /** Says what is missing and what the JVM reported. */
  public NativeUnavailableException(final String message, final Throwable cause) {
    super(message, cause);
  }
}
