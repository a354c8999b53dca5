// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

/** A finding cannot be tried on a real kernel. */
final class NotTriable extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * With the reason.
   *
   * @param reason half a sentence: "it needs ..."
   */
  NotTriable(String reason) {
    super(reason);
  }

  /** Why, as half a sentence. */
  String reason() {
    return String.valueOf(getMessage());
  }
}
