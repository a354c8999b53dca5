// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The Anonymous and Swap lines of /proc/PID/smaps. They speak of whole VMAs: a question about a
 * part of one is answered for the VMA if the answer is "none", else it cannot be told.
 */
final class SmapsAnonymous implements AnonymousPages {
  private final Path smaps;

  SmapsAnonymous(final int tgid) {
    this.smaps = Path.of("/proc/" + tgid + "/smaps");
  }

  @Override
  public Presence in(final VmaBounds vma, final long start, final long end) {
    final String head = String.format("%08x-%08x ", vma.start(), vma.end());
    try (BufferedReader lines = Files.newBufferedReader(smaps, StandardCharsets.ISO_8859_1)) {
      boolean inside = false;
      boolean told = false;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!inside) {
          inside = line.startsWith(head);
        } else if (line.startsWith("Anonymous:") || line.startsWith("Swap:")) {
          told = true;
          if (!line.matches("\\w+: +0 kB")) {
            final boolean whole = start <= vma.start() && end >= vma.end();
            return whole ? Presence.PRESENT : Presence.UNKNOWN;
          }
        } else if (line.startsWith("VmFlags:")) {
          break;
        }
      }
      return told ? Presence.ABSENT : Presence.UNKNOWN;
    } catch (final IOException gone) {
      return Presence.UNKNOWN;
    }
  }

  @Override
  public FaultEvidence.PresenceKind kind() {
    return FaultEvidence.PresenceKind.SMAPS;
  }

  @Override
  public void close() {
    // nothing is held open
  }
}
