// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/**
 * Which anonymous memory gets transparent huge pages at a fault, as {@code
 * /sys/kernel/mm/transparent_hugepage/} says. Shared memory and files get none, as by Linux's
 * default.
 *
 * @param when for which areas ({@code enabled})
 * @param zeroPage whether a read maps the huge page of zeroes, instead of a page of the area's own
 *     ({@code use_zero_page})
 */
public record ThpPolicy(When when, boolean zeroPage) {
  /** For which areas. */
  public enum When {
    /** For none. */
    NEVER,
    /** For those that MADV_HUGEPAGE asked it for ({@code madvise}). */
    ADVISED,
    /** For all but those that MADV_NOHUGEPAGE refused it for. */
    ALWAYS
  }

  /** No transparent huge pages, but those that MADV_COLLAPSE makes. */
  public static final ThpPolicy NEVER = new ThpPolicy(When.NEVER, true);

  /** Only where a program asks for them, as most distributions have it. */
  public static final ThpPolicy ADVISED = new ThpPolicy(When.ADVISED, true);

  /** Wherever one fits. */
  public static final ThpPolicy ALWAYS = new ThpPolicy(When.ALWAYS, true);
}
