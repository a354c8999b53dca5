// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.ntfs3;

import java.util.Locale;

/** What a file can be besides plain. */
enum Attribute {
  /** Holes get clusters only when they are written to. */
  SPARSE,
  /** Stored compressed: not mapped writable. */
  COMPRESSED,
  /** Stored encrypted: not mapped. */
  ENCRYPTED,
  /** Shares what it holds with others: not mapped. */
  DEDUP;

  /**
   * The attribute with this name, in lower case.
   *
   * @throws IllegalArgumentException for another
   */
  static Attribute of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
