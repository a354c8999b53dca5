// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.CacheMode;
import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link PfnDevice} is like. Immutable.
 *
 * @param physical first byte of its memory; 0 if the driver allocates it all
 * @param size bytes of its memory
 * @param cache how mappings of it are to be cached; write-back leaves the protection alone
 * @param action how its hook fills a mapping
 * @param hook which hook its driver has
 * @param error what mmap returns when filling fails, whatever the reason; null for the reason
 */
public record PfnDeviceSettings(
    long physical, long size, CacheMode cache, Action action, Hook hook, @Nullable Errno error) {
  /** The most bytes a device may have: entries are made one by one. */
  public static final long MAX_SIZE = 16L << 30;

  /** The most bytes that a driver here allocates. */
  public static final long MAX_ALLOCATED = 16L << 20;

  private static final long MAX_PHYSICAL = 1L << 52;

  /** How a mapping is filled. */
  public enum Action {
    /** Page frames, as they are. */
    REMAP,
    /** Page frames as the architecture translates them for device memory. */
    IOREMAP,
    /** The same, and the kernel works out which part of the memory the mapping shows. */
    SIMPLE_IOREMAP,
    /** Pages that the driver has allocated. */
    KERNEL_PAGES,
    /** One page that the driver has allocated, and behind it page frames. */
    MIXED,
    /** Nothing at first: each fault gets its page frame, by a huge entry where one fits. */
    NONE;

    /** As scripts write it, such as simple-ioremap. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether all of the device's memory is the driver's own. */
    public boolean isAllocated() {
      return this == KERNEL_PAGES;
    }
  }

  /** Which of the two hooks a driver has. */
  public enum Hook {
    /** {@code mmap_prepare}: says what is to be done. */
    PREPARE,
    /** {@code mmap}: does it. */
    LEGACY;

    /** As scripts write it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks what is given.
   *
   * @throws IllegalArgumentException saying what does not fit together
   */
  public PfnDeviceSettings {
    if (size <= 0 || size > MAX_SIZE) {
      throw new IllegalArgumentException("the size must be from 1 byte to 16 GiB");
    }
    if (physical < 0 || physical > MAX_PHYSICAL - size) {
      throw new IllegalArgumentException("physical addresses have 52 bits");
    }
    if (action.isAllocated()) {
      if (physical != 0) {
        throw new IllegalArgumentException(
            "the driver allocates the memory of " + action.text() + ", so it has no address");
      }
      if (size > MAX_ALLOCATED) {
        throw new IllegalArgumentException("a driver allocates 16 MiB at most");
      }
    } else if (action != Action.SIMPLE_IOREMAP && !Pages.isAligned(physical)) {
      throw new IllegalArgumentException(
          "memory that does not begin with a page needs the action "
              + Action.SIMPLE_IOREMAP.text());
    }
    if (error != null && hook == Hook.LEGACY) {
      throw new IllegalArgumentException("a legacy hook returns its error itself");
    }
  }

  /** Pages that the memory touches: the offsets that can be mapped are below it. */
  public long pages() {
    return Pages.count(Pages.ceil((physical & Pages.OFFSET_MASK) + size));
  }

  /**
   * What a kernel lacks to run such a driver, for a sentence: "the action remap in a prepare hook".
   *
   * @return null if it lacks nothing
   */
  public @Nullable String lackingIn(Profile profile) {
    if (hook == Hook.LEGACY) {
      return null;
    }
    boolean lacks =
        switch (action) {
          case REMAP, IOREMAP -> profile.has(Difference.NO_ACTIONS);
          case SIMPLE_IOREMAP, KERNEL_PAGES -> profile.has(Difference.NO_LATER_ACTIONS);
          case MIXED -> profile.has(Difference.NO_MIXED_MAP);
          case NONE -> false;
        };
    if (lacks) {
      return "the action " + action.text() + " in a prepare hook";
    }
    return error != null && profile.has(Difference.NO_ERROR_OVERRIDE)
        ? "an error that replaces another"
        : null;
  }
}
