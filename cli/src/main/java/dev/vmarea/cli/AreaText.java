// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.snapshot.MappedObject;
import dev.vmarea.explain.snapshot.Snapshot;
import java.util.Locale;

/** Areas of a snapshot in a few words, harmless to a terminal. */
final class AreaText {
  private AreaText() {}

  /** Range, permissions and what it shows, on one line. */
  static String line(Snapshot snapshot, int i) {
    String what = name(snapshot.object(i));
    return range(snapshot, i)
        + " "
        + permissions(snapshot.flags(i))
        + " "
        + Counted.bytes(snapshot.length(i))
        + (what.isEmpty() ? "" : " " + what);
  }

  /** {@code start-end} as maps prints it. */
  static String range(Snapshot snapshot, int i) {
    return String.format(Locale.ROOT, "%08x-%08x", snapshot.start(i), snapshot.end(i));
  }

  /** The four characters of maps. */
  static String permissions(long flags) {
    return ""
        + (VmFlags.has(flags, VmFlags.READ) ? 'r' : '-')
        + (VmFlags.has(flags, VmFlags.WRITE) ? 'w' : '-')
        + (VmFlags.has(flags, VmFlags.EXEC) ? 'x' : '-')
        + (VmFlags.has(flags, VmFlags.MAYSHARE) ? 's' : 'p');
  }

  /** What maps shows as its name, or empty. */
  static String name(MappedObject object) {
    return Console.printable(object.name());
  }
}
