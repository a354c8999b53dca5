// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import org.jspecify.annotations.Nullable;

/**
 * A mapping on its way through a driver's hook: what both kinds of hooks see, and may change of it.
 * A new hook is handed a {@link VmaDescriptor}, an old one a {@link LegacyVma}; a driver that has
 * both writes its checks once, for this. Only valid until the hook returns.
 */
public interface HookedArea {
  /** The address space. */
  HookedMm mm();

  /** First byte, page aligned. */
  long start();

  /** Byte after the last, page aligned. */
  long end();

  /** Length in bytes. */
  default long size() {
    return end() - start();
  }

  /** Length in pages. */
  default long pages() {
    return Pages.count(size());
  }

  /** Offset in pages. */
  long pgoff();

  /** Replaces the offset, in pages. */
  void pgoff(long pages);

  /** Set of {@link dev.vmarea.base.VmFlags}. */
  long vmFlags();

  /** Replaces the flags. */
  void vmFlags(long flags);

  /** Sets these {@link dev.vmarea.base.VmFlags} beside those that are set. */
  default void addFlags(long flags) {
    vmFlags(vmFlags() | flags);
  }

  /** Whether all of these {@link dev.vmarea.base.VmFlags} are set. */
  default boolean has(long flags) {
    return (vmFlags() & flags) == flags;
  }

  /** Protection and cache mode of entries. */
  PageProtection pageProtection();

  /** Replaces protection and cache mode; the access bits follow the flags in the end. */
  void pageProtection(PageProtection protection);

  /** The callbacks, or null. */
  @Nullable VmOperations vmOps();

  /** Replaces the callbacks. */
  void vmOps(@Nullable VmOperations ops);

  /** What the driver keeps with the VMA, or null. */
  @Nullable Object privateData();

  /** Sets what the driver keeps with the VMA. */
  void privateData(@Nullable Object data);
}
