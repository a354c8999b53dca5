// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

/** A file that is no image, or a damaged one: what is wrong, in which section, at which byte. */
public final class ImageFormatException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final String section;
  private final long offset;

  /**
   * Says what is wrong.
   *
   * @param section tag of the section, or "header"
   * @param offset byte of the file near which it was found
   */
  public ImageFormatException(String problem, String section, long offset) {
    super(problem + " (" + section + ", byte " + offset + ")");
    this.section = section;
    this.offset = offset;
  }

  /** Tag of the section, or "header". */
  public String section() {
    return section;
  }

  /** Byte of the file near which it was found. */
  public long offset() {
    return offset;
  }
}
