// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.io.IOException;

/** This host does not let puppets be made. The message names the remedy. */
public final class HostException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says what is missing. */
  public HostException(final String message) {
    super(message);
  }
}
