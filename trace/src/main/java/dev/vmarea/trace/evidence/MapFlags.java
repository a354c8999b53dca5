// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import java.util.List;

/**
 * {@code f PID anon=KB rss=KB FLAGS}: what smaps says of the {@link MapLine} before.
 *
 * @param pid a thread of the address space
 * @param anonymousKilobytes the field Anonymous
 * @param residentKilobytes the field Rss, or -1 if it is not told
 * @param vmFlags the two-letter names of VmFlags
 */
public record MapFlags(
    int pid, long anonymousKilobytes, long residentKilobytes, List<String> vmFlags)
    implements EvidenceLine {
  /** Keeps a copy of the list. */
  public MapFlags {
    vmFlags = List.copyOf(vmFlags);
  }

  @Override
  public String body() {
    String resident = residentKilobytes < 0 ? "" : "rss=" + residentKilobytes + " ";
    return "f " + pid + " anon=" + anonymousKilobytes + " " + resident + String.join(" ", vmFlags);
  }
}
