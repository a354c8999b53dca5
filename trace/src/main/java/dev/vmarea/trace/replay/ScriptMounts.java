// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.mounts.MountedUsers;
import dev.vmarea.drivers.mounts.UserCatalog;
import java.util.Map;

/** Mounts the users of a script. */
final class ScriptMounts {
  private ScriptMounts() {}

  /**
   * Puts what the settings say on {@code machine}.
   *
   * @param source name of the script, for messages
   * @throws RecordingException if the kernel lacks what a variant needs, settings do not fit
   *     together, or memory lacks
   */
  static MountedUsers make(Machine machine, ReplaySettings settings, String source)
      throws RecordingException {
    MountPlan plan = settings.mounts();
    try {
      for (Map.Entry<String, String> chosen : settings.variants().entrySet()) {
        plan = plan.withVariant(UserCatalog.named(chosen.getKey()), chosen.getValue());
      }
      return plan.mount(machine);
    } catch (IllegalArgumentException e) {
      throw new RecordingException(source + ": " + e.getMessage());
    } catch (ErrnoException e) {
      throw new RecordingException(
          source + ": the machine has no memory for what is mounted (" + e.errno() + ")");
    }
  }
}
