// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import dev.vmarea.trace.procmaps.MapsEntry;
import java.nio.charset.StandardCharsets;

/**
 * {@code m PID LINE}: one line of {@code /proc/PID/maps}.
 *
 * @param pid a thread of the address space
 * @param entry the line
 */
public record MapLine(int pid, MapsEntry entry) implements EvidenceLine {
  @Override
  public String body() {
    return "m " + pid + " " + new String(entry.toBytes(), StandardCharsets.ISO_8859_1);
  }
}
