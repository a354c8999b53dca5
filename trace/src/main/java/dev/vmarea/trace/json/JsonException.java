// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.trace.json;

/** A text is not JSON, or a member is missing or of another type than asked for. */
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Message: what is wrong, and where. */
  public JsonException(String message) {
    super(message);
  }
}
