// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.own;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Variant;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.MmapPrepare;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A class of files that can be mapped: one variant of a driver.
 *
 * @param service makes one if the class has no constructor for a machine; null if its constructor
 *     is to be called
 */
record HookClass(Class<?> type, @Nullable Supplier<? extends FileOperations> service) {
  /** Whether files of this class have a hook. */
  static boolean isOne(Class<?> type) {
    return MmapPrepare.class.isAssignableFrom(type) || LegacyMmap.class.isAssignableFrom(type);
  }

  boolean isLegacy() {
    return LegacyMmap.class.isAssignableFrom(type);
  }

  /** What it belongs to: the class round it, else its package, else {@code place}. */
  String group(String place) {
    Class<?> outermost = type;
    for (Class<?> outer = type; outer != null; outer = outer.getEnclosingClass()) {
      outermost = outer;
    }
    String packageName = type.getPackageName();
    if (!outermost.equals(type)) {
      return dashed(outermost.getSimpleName());
    }
    return dashed(
        packageName.isEmpty() ? place : packageName.substring(packageName.lastIndexOf('.') + 1));
  }

  /** As a variant of the driver {@code group}, whose name is left out of it. */
  Variant variant(String group) {
    String name = dashed(type.getSimpleName());
    if (name.startsWith(group + "-")) {
      name = name.substring(group.length() + 1);
    } else if (name.endsWith("-" + group)) {
      name = name.substring(0, name.length() - group.length() - 1);
    } else if (name.equals(group)) {
      name = isLegacy() ? "legacy" : "port";
    }
    String summary = "the class " + Made.name(type);
    return isLegacy() ? Variant.legacy(name, summary) : Variant.port(name, summary);
  }

  /** FrameBuffer becomes frame-buffer. */
  private static String dashed(String name) {
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-")
        .replaceAll("[^A-Za-z0-9]+", "-")
        .toLowerCase(Locale.ROOT);
  }

  /**
   * One for a machine.
   *
   * @throws OwnDriverException if it cannot be made
   */
  FileOperations make(Machine machine) throws ErrnoException, OwnDriverException {
    Supplier<? extends FileOperations> provider = service;
    if (provider != null) {
      try {
        return provider.get();
      } catch (RuntimeException | LinkageError e) {
        throw Made.thrown(type, e.getCause() == null ? e : e.getCause());
      }
    }
    return (FileOperations) Made.one(type, machine);
  }
}
