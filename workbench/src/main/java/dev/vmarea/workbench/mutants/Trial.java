// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.mutants;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A check of ports in classes of its own; what their loader and its callers share. */
public interface Trial {
  /**
   * Checks a user's port as it is, and remembers what is broken in it.
   *
   * @param user short name
   */
  void learn(String user, Duration budget);

  /**
   * Checks a user's port with a fault until something is broken that is not so without.
   *
   * @param user short name, of one that was learned
   * @return what it is, in one line, or null
   */
  @Nullable String look(String user, int fault, Duration budget);
}
