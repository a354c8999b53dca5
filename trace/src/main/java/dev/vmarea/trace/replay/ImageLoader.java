// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.files.KernelMapping;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes VMAs of a map that the kernel printed, and works out what the map implies about the layout.
 * Areas of one file are taken to be mapped through one open file, as execve does it.
 */
final class ImageLoader {
  private static final String DELETED = " (deleted)";
  private static final long MAY = VmFlags.MAYREAD | VmFlags.MAYWRITE | VmFlags.MAYEXEC;

  private final FileNames names;
  private final KernelConfig config;
  private final Map<String, OpenFile> opened = new HashMap<>();

  ImageLoader(FileNames names, KernelConfig config) {
    this.names = names;
    this.config = config;
  }

  List<Vma> load(MapImage image) {
    List<Vma> areas = new ArrayList<>(image.areas().size());
    for (MapImage.Area area : image.areas()) {
      areas.add(vma(area));
    }
    return areas;
  }

  private Vma vma(MapImage.Area area) {
    MapsEntry map = area.map();
    String name = map.name() == null ? "" : map.name();
    long flags = area.flags() == MapImage.UNKNOWN_FLAGS ? derived(map, name) : area.flags();
    OpenFile file = null;
    VmOperations callbacks = null;
    VmaExtras extras = VmaExtras.NONE;
    if (isFile(map, name)) {
      file = file(map, name, flags);
      callbacks = callbacks(file, flags);
      if (name.startsWith("[anon_shmem:")) {
        extras = extras.withName(name.substring(12, name.length() - 1));
      }
    } else if (name.startsWith("[anon:") && name.endsWith("]")) {
      extras = extras.withName(name.substring(6, name.length() - 1));
    } else if (isSpecial(name)) {
      callbacks = new KernelMapping(name);
    }
    boolean written = area.written() && VmFlags.isCow(flags);
    return new Vma(
        map.start(),
        map.end(),
        pageOffset(map, name, file),
        flags,
        VmaHandle.of(file),
        file,
        written ? AnonVma.fresh() : null,
        callbacks,
        extras);
  }

  private long pageOffset(MapsEntry map, String name, @Nullable OpenFile file) {
    if (file != null) {
      return Pages.count(map.offset());
    }
    // execve makes the stack at the top of the address space and moves it afterwards.
    return name.equals("[stack]")
        ? Pages.count(config.taskSize()) - Pages.count(map.length())
        : Pages.count(map.start());
  }

  private static boolean isFile(MapsEntry map, String name) {
    return map.inode() != 0
        || map.major() != 0
        || map.minor() != 0
        || !name.isEmpty() && name.charAt(0) != '[';
  }

  private static boolean isSpecial(String name) {
    return name.startsWith("[")
        && !name.equals("[heap]")
        && !name.equals("[stack]")
        && !name.startsWith("[stack:")
        && !name.startsWith("[anon");
  }

  private OpenFile file(MapsEntry map, String name, long flags) {
    String key = map.major() + ":" + map.minor() + ":" + map.inode() + ":" + name;
    return opened.computeIfAbsent(key, k -> open(map, name, flags));
  }

  private OpenFile open(MapsEntry map, String name, long flags) {
    boolean deleted = name.endsWith(DELETED);
    String shown = deleted ? name.substring(0, name.length() - DELETED.length()) : name;
    String path = shown.replace("\\012", "\n");
    String type = VmFlags.has(flags, VmFlags.HUGETLB) ? "hugetlbfs" : "";
    if (path.equals("/dev/zero") && deleted) {
      OpenFile shared = ShmemFile.unnamed(path, map.length());
      shared.inode().identify(map.major(), map.minor(), map.inode());
      return shared;
    }
    FileNames.Name found =
        names.identified(path, deleted, map.major(), map.minor(), map.inode(), type, false, null);
    // Programs are opened for reading; a shared writable mapping shows that it was for both.
    int mode = VmFlags.has(flags, VmFlags.SHARED) ? OpenFile.O_RDWR : OpenFile.O_RDONLY;
    return found.open(mode);
  }

  // The file says which callbacks its mappings have.
  private static @Nullable VmOperations callbacks(OpenFile file, long flags) {
    if (file.operations() == null) {
      return FileKinds.noCallbacks();
    }
    return file.operations().callbacksOfFound(flags);
  }

  private static long derived(MapsEntry map, String name) {
    if (name.startsWith("[vvar")) {
      return VmFlags.READ
          | VmFlags.MAYREAD
          | VmFlags.PFNMAP
          | VmFlags.IO
          | VmFlags.DONTEXPAND
          | VmFlags.DONTDUMP;
    }
    long flags = MAY;
    flags |= map.readable() ? VmFlags.READ : 0;
    flags |= map.writable() ? VmFlags.WRITE : 0;
    flags |= map.executable() ? VmFlags.EXEC : 0;
    if (isSpecial(name)) {
      return flags | VmFlags.DONTEXPAND;
    }
    if (map.shared()) {
      boolean writableFile = map.writable() || name.endsWith(DELETED);
      return writableFile
          ? flags | VmFlags.MAYSHARE | VmFlags.SHARED
          : (flags | VmFlags.MAYSHARE) & ~VmFlags.MAYWRITE;
    }
    if (map.writable()) {
      flags |= VmFlags.ACCOUNT;
    }
    return name.equals("[stack]") ? flags | VmFlags.GROWSDOWN : flags;
  }

  /**
   * Fills in what {@code image} implies: the top of the area for mappings is where the highest
   * mapping below the stack ends, since execve maps the interpreter there; the first stack pointer
   * lies near the top of the stack.
   */
  void inferLayout(MapImage image, ProgramLayout layout, boolean bottomUp) {
    long stackStart = Long.MAX_VALUE;
    for (MapImage.Area area : image.areas()) {
      if ("[stack]".equals(area.map().name())) {
        stackStart = area.map().start();
        if (layout.startStack == 0) {
          layout.startStack = area.map().end() - 2 * Pages.SIZE;
        }
      }
    }
    long third = Pages.ceil(config.taskSize() / 3);
    long top = 0;
    long bottom = 0;
    for (MapImage.Area area : image.areas()) {
      MapsEntry map = area.map();
      if (Long.compareUnsigned(map.end(), stackStart) <= 0) {
        top = map.end();
        if (bottom == 0 && map.start() >= third) {
          bottom = map.start();
        }
      }
    }
    layout.bottomUp = bottomUp;
    layout.legacyBase = third;
    if (bottomUp) {
      layout.legacyBase = bottom == 0 ? third : bottom;
    }
    // Only a mapping in the upper part can have been placed from the top.
    layout.mmapBase = top > third ? top : 0;
  }
}
