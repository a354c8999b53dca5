// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.VmFlags;
import dev.vmarea.files.KernelMapping;
import dev.vmarea.files.PlainFile;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Lines as Linux 6.18 prints them. */
class MapsTextTest {
  private static final long RW = VmFlags.READ | VmFlags.WRITE;

  private static String line(MapsLayout layout, Vma vma) {
    MapsText text = new MapsText(layout);
    text.add(vma);
    return new String(text.toBytes(), StandardCharsets.ISO_8859_1);
  }

  private static Vma vma(
      long start, long end, long pgoff, long flags, OpenFile file, VmOperations ops, String name) {
    VmaExtras extras = VmaExtras.NONE.withName(name);
    return new Vma(start, end, pgoff, flags, VmaHandle.of(file), file, null, ops, extras);
  }

  private static OpenFile file(String path, boolean deleted) {
    Inode inode = new Inode(Inode.Type.REGULAR, new FileSystem("ext4", false, true));
    inode.identify(0xfe, 0, 339380);
    return new OpenFile(inode, new DirectoryEntry(path, deleted), 0, PlainFile.THP);
  }

  @Test
  void anonymous() {
    assertThat(line(MapsLayout.NONE, vma(0x10000, 0x11000, 0x10, RW, null, null, null)))
        .isEqualTo("00010000-00011000 rw-p 00000000 00:00 0 \n");
  }

  @Test
  void whatStandsBehindAFileOfAUnionIsShownAsThat() {
    OpenFile real = file("/upper/a", false);
    Inode front = new Inode(Inode.Type.REGULAR, new FileSystem("overlay", false, true));
    front.identify(0, 0x2a, 7);
    real.shownAs(new OpenFile(front, new DirectoryEntry("/union/a", true), 0, null));
    assertThat(line(MapsLayout.NONE, vma(0x10000, 0x11000, 1, RW, real, null, null)))
        .startsWith("00010000-00011000 rw-p 00001000 00:2a 7 ")
        .endsWith(" /union/a (deleted)\n");
  }

  @Test
  void files() {
    OpenFile libc = file("/usr/lib/x86_64-linux-gnu/libc.so.6", false);
    assertThat(
            line(
                MapsLayout.NONE,
                vma(
                    0x7faff1f54000L,
                    0x7faff20aa000L,
                    0x26,
                    VmFlags.READ | VmFlags.EXEC,
                    libc,
                    new VmOperations() {},
                    null)))
        .isEqualTo(
            "7faff1f54000-7faff20aa000 r-xp 00026000 fe:00 339380"
                + "                     /usr/lib/x86_64-linux-gnu/libc.so.6\n");
    OpenFile odd = file("/tmp/a\nb", true);
    assertThat(
            line(
                MapsLayout.NONE,
                vma(0x10000, 0x11000, 0, VmFlags.MAYSHARE, odd, new VmOperations() {}, null)))
        .isEqualTo(
            "00010000-00011000 ---s 00000000 fe:00 339380"
                + "                             /tmp/a\\012b (deleted)\n");
  }

  @Test
  void smapsEntries() {
    SmapsText text = new SmapsText(MapsLayout.NONE);
    text.add(vma(0x10000, 0x18000, 0x10, RW | VmFlags.MAYREAD | VmFlags.ACCOUNT, null, null, null));
    assertThat(new String(text.toBytes(), StandardCharsets.ISO_8859_1))
        .isEqualTo(
            """
            00010000-00018000 rw-p 00000000 00:00 0\s
            Size:                 32 kB
            KernelPageSize:        4 kB
            MMUPageSize:           4 kB
            VmFlags: rd wr mr ac\s
            """);
  }

  @Test
  void heapStackAndSpecialNames() {
    MapsLayout layout = new MapsLayout(0x10000, 0x10800, 0x30000);
    assertThat(line(layout, vma(0x10000, 0x11000, 0x10, RW, null, null, null)))
        .endsWith("[heap]\n");
    assertThat(line(layout, vma(0x11000, 0x12000, 0x11, RW, null, null, null)))
        .endsWith("00:00 0 \n");
    assertThat(line(layout, vma(0x2f000, 0x30000, 0x2f, RW, null, null, null)))
        .endsWith("[stack]\n");
    assertThat(line(layout, vma(0x20000, 0x21000, 0x20, RW, null, null, "x")))
        .endsWith("[anon:x]\n");
    assertThat(
            line(
                layout,
                vma(0x20000, 0x21000, 0, VmFlags.READ, null, new KernelMapping("[vdso]"), null)))
        .isEqualTo("00020000-00021000 r--p 00000000 00:00 0" + " ".repeat(34) + "[vdso]\n");
  }
}
