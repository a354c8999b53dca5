// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

/** A recording that could not begin or could not go on. The message is for people. */
public abstract sealed class RecordingException extends Exception {
  private static final long serialVersionUID = 1L;

  private RecordingException(final String message) {
    super(message);
  }

  /** The program cannot be started: it does not exist, or is none. Nothing was recorded. */
  public static final class CommandUnusable extends RecordingException {
    private static final long serialVersionUID = 1L;

    CommandUnusable(final String message) {
      super(message);
    }
  }

  /** The host does not let us trace. The message names the remedy. */
  public static final class TracingRefused extends RecordingException {
    private static final long serialVersionUID = 1L;

    TracingRefused(final String message) {
      super(message);
    }
  }

  /** A bound of the request was passed; the program was ended. */
  public static final class LimitExceeded extends RecordingException {
    private static final long serialVersionUID = 1L;

    LimitExceeded(final String message) {
      super(message);
    }
  }
}
