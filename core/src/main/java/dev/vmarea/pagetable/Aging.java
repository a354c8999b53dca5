// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

/** How pages are told that they are not needed soon (mm-semantics 5.4). */
public enum Aging {
  /** MADV_FREE: anonymous pages may be lost, unless they are written again. */
  FREE,
  /** MADV_COLD: pages that nobody else maps count as not accessed. */
  COLD,
  /** MADV_PAGEOUT: they go, as far as their contents can be had again; there is no swap. */
  PAGE_OUT,
  /** MADV_PAGEOUT of memory that may be lost at any time: also what was written. */
  PAGE_OUT_DROPPABLE,
  /** MADV_PAGEOUT of memory whose file the caller has no right to: anonymous pages only. */
  PAGE_OUT_ANONYMOUS
}
