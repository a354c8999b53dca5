// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

import java.io.IOException;

/** A snapshot that cannot be had: the message names the source, the place and the remedy. */
public final class SnapshotException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean empty;

  /** With a message for people. */
  public SnapshotException(String message) {
    this(message, false);
  }

  private SnapshotException(String message, boolean empty) {
    super(message);
    this.empty = empty;
  }

  /** There is no area in it. */
  static SnapshotException empty(String message) {
    return new SnapshotException(message, true);
  }

  /** Whether that is all that is wrong: there is no area in it. */
  public boolean isEmpty() {
    return empty;
  }
}
