// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.puppet;

import java.io.IOException;

/** A puppet cannot be made, or is gone. The message is for people. */
public final class PuppetException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is the matter, as far as it decides what to do about it. */
  public enum Reason {
    /** This host does not let puppets be made: another machine, or no permission. */
    HOST,
    /** One puppet died; another can be made. */
    DIED
  }

  private final Reason reason;

  PuppetException(final Reason reason, final String message) {
    super(message);
    this.reason = reason;
  }

  /** What is the matter. */
  public Reason reason() {
    return reason;
  }
}
