// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.system.HostConfig;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells of settings of the kernel that somebody changed during a recording. It looks when programs
 * start and end, so when in between a change was made is not known.
 */
final class ConfigWatch {
  private final Map<String, Long> known = new HashMap<>(HostConfig.changeable());

  /** Writes what differs from the last look. */
  void tell(final TraceLog log) throws IOException {
    for (final Map.Entry<String, Long> setting : HostConfig.changeable().entrySet()) {
      final Long before = known.put(setting.getKey(), setting.getValue());
      if (!setting.getValue().equals(before)) {
        log.comment("# vmarea config " + setting.getKey() + "=" + setting.getValue());
      }
    }
  }
}
