// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.cramfs;

/** How a file lies in the image. */
public enum Layout {
  /** Uncompressed, page behind page. */
  DIRECT,
  /** All pages compressed. */
  COMPRESSED,
  /** As {@link #DIRECT}, but the first page is a hole. */
  HOLE,
  /** As {@link #DIRECT}, but the first page is compressed. */
  HEAD,
  /** Uncompressed; the second half does not follow the first. */
  SCATTERED,
  /** Uncompressed, page behind page, not at a page's beginning. */
  UNALIGNED,
  /** As {@link #DIRECT}, ending in the middle of a page; the rest of that is somebody else's. */
  SHARED,
  /** The same; the rest is zeroes. */
  PADDED;

  /** Whether the file ends in the middle of a page. */
  boolean endsInsidePage() {
    return this == SHARED || this == PADDED;
  }

  /** Whether page number {@code page} of such a file is there uncompressed. */
  boolean isDirect(long page) {
    return switch (this) {
      case COMPRESSED -> false;
      case HOLE, HEAD -> page > 0;
      default -> true;
    };
  }
}
