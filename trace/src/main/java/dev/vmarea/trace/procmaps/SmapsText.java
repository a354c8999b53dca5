// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What a model knows of {@code /proc/PID/smaps}: the lines of maps, sizes and VmFlags, each as the
 * kernel prints it (mm-semantics 8.2). The lines that count pages are left out, since a layout has
 * none. Add VMAs in order of address. Not thread-safe.
 */
public final class SmapsText {
  private final MapsLayout layout;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A text without entries. */
  public SmapsText(MapsLayout layout) {
    this.layout = layout;
  }

  /** Adds the entry of {@code vma}. */
  public void add(Vma vma) {
    MapsText line = new MapsText(layout);
    line.add(vma);
    out.writeBytes(line.toBytes());
    long pageKilobytes = pageSize(vma) >>> 10;
    String text =
        field("Size:", vma.length() >>> 10)
            + field("KernelPageSize:", pageKilobytes)
            + field("MMUPageSize:", pageKilobytes)
            + "VmFlags: "
            + VmFlags.mnemonics(vma.flags())
            + "\n";
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String field(String label, long kilobytes) {
    return String.format(Locale.ROOT, "%-16s%8d kB\n", label, kilobytes);
  }

  private static long pageSize(Vma vma) {
    OpenFile file = vma.file();
    FileOperations operations = file == null ? null : file.operations();
    long huge = operations == null ? 0 : operations.hugePageSize();
    return huge == 0 ? Pages.SIZE : huge;
  }

  /** The text so far. */
  public byte[] toBytes() {
    return out.toByteArray();
  }
}
