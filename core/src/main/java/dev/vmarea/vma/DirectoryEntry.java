// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

/**
 * The name under which a file was opened, as maps shows it. Renaming and deleting change it for
 * every mapping at once. Bytes as ISO-8859-1.
 */
public final class DirectoryEntry {
  private volatile String path;
  private volatile boolean deleted;

  /** A name that exists. */
  public DirectoryEntry(String path) {
    this(path, false);
  }

  /**
   * A name, possibly of a file that is unlinked from the start (memfd, shared anonymous memory).
   */
  public DirectoryEntry(String path, boolean deleted) {
    this.path = path;
    this.deleted = deleted;
  }

  /** The path without "(deleted)". */
  public String path() {
    return path;
  }

  /** Whether maps appends " (deleted)". */
  public boolean isDeleted() {
    return deleted;
  }

  /** The file was renamed. */
  public void rename(String newPath) {
    path = newPath;
  }

  /** The name was unlinked, or (false) is known to exist. */
  public void deleted(boolean value) {
    deleted = value;
  }

  /** What maps shows, before escaping. */
  public String display() {
    return deleted ? path + " (deleted)" : path;
  }
}
