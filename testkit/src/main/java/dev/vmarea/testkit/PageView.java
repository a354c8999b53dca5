// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.Pages;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.PageCache;
import dev.vmarea.vma.Vma;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What would be read of each page that is mapped, found without reading: no fault happens. */
public final class PageView {
  private static final byte[] ZEROES = new byte[(int) Pages.SIZE];

  private PageView() {}

  /**
   * By address; null for a page whose access would be a bus error or whose bytes are a device's.
   */
  public static Map<Long, byte @Nullable []> of(AddressSpace space) {
    Map<Long, byte @Nullable []> pages = new TreeMap<>();
    for (Vma vma : space.vmas()) {
      for (long at = vma.start(); at < vma.end(); at += Pages.SIZE) {
        pages.put(at, page(space, vma, at));
      }
    }
    return pages;
  }

  private static byte @Nullable [] page(AddressSpace space, Vma vma, long at) {
    PhysicalMemory memory = space.machine().kernel().memory();
    PageTables tables = space.pageTables();
    long entry = tables == null ? 0 : tables.entry(at);
    if (tables != null && entry != 0) {
      return bytes(memory.page(tables.format().pfn(0, entry)));
    }
    if (vma.isAnonymous()) {
      return ZEROES;
    }
    OpenFile file = vma.file();
    if (file == null || file.inode().type() != Inode.Type.REGULAR) {
      return null;
    }
    long index = vma.pgoffAt(at);
    if (index >= Pages.count(Pages.ceil(Math.max(0, file.inode().size())))) {
      return null;
    }
    PageCache cache = file.inode().pageCache();
    Long frame = cache.frames().get(index);
    return frame == null ? ZEROES : bytes(memory.page(frame));
  }

  private static byte @Nullable [] bytes(@Nullable KernelPage page) {
    return page == null ? null : page.contents().toArray(ValueLayout.JAVA_BYTE);
  }
}
