// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

/** Something could not be measured here; the message says why, and how it could. */
final class NotMeasuredException extends Exception {
  private static final long serialVersionUID = 1L;

  NotMeasuredException(String reason) {
    super(reason);
  }

  /** The reason. */
  String reason() {
    return String.valueOf(getMessage());
  }
}
