// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

import java.io.IOException;

/** A snapshot that cannot be had: the message names the source, the place and the remedy. */
public final class SnapshotException extends IOException {
  private static final long serialVersionUID = 1L;

  /** With a message for people. */
  public SnapshotException(String message) {
    super(message);
  }
}
