// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.own;

/** A driver of one's own cannot be used; the message says why, for who wrote it. */
public final class OwnDriverException extends Exception {
  private static final long serialVersionUID = 1L;

  OwnDriverException(String message) {
    super(message);
  }

  OwnDriverException(String message, Throwable cause) {
    super(message, cause);
  }
}
