// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code /proc/PID/smaps}. Fields that this class does not know are kept, in order, so
 * that files of other kernels are read and written alike.
 *
 * @param map the first line
 * @param fields the lines with numbers
 * @param vmFlags the two-letter names behind {@code VmFlags:} in the order printed; null when the
 *     entry has no such line (smaps_rollup, old kernels)
 */
public record SmapsEntry(MapsEntry map, List<SmapsField> fields, @Nullable List<String> vmFlags) {

  /** Keeps copies of the lists. */
  public SmapsEntry {
    fields = List.copyOf(fields);
    vmFlags = vmFlags == null ? null : List.copyOf(vmFlags);
  }

  /** The value of the field {@code name}, in kB where it has a unit. */
  public OptionalLong field(String name) {
    for (SmapsField f : fields) {
      if (f.name().equals(name)) {
        return OptionalLong.of(f.value());
      }
    }
    return OptionalLong.empty();
  }

  /** Whether {@code VmFlags:} lists {@code mnemonic}. */
  public boolean hasFlag(String mnemonic) {
    return vmFlags != null && vmFlags.contains(mnemonic);
  }

  /** Writes the entry as the kernel prints it. */
  public void writeTo(OutputStream out) throws IOException {
    map.writeTo(out);
    StringBuilder text = new StringBuilder(1024);
    for (SmapsField f : fields) {
      text.append(f.text()).append('\n');
    }
    if (vmFlags != null) {
      text.append("VmFlags: ");
      for (String flag : vmFlags) {
        text.append(flag).append(' ');
      }
      text.append('\n');
    }
    out.write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
  }
}
