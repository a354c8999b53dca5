// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import java.io.IOException;

/** A directory that is no recording, or a damaged one; the message names the file. */
public final class RecordingException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong with which file. */
  public RecordingException(String message) {
    super(message);
  }
}
