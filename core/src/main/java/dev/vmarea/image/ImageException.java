// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import java.io.IOException;

/**
 * An address space cannot be saved as it is, or an image does not suit the machine it is restored
 * on: the message says what is in the way, and where.
 */
public class ImageException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says what is in the way. */
  public ImageException(String message) {
    super(message);
  }

  /** The same, with what a driver said. */
  public ImageException(String message, Throwable cause) {
    super(message, cause);
  }
}
