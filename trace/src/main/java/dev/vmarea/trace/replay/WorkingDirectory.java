// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

/** Where relative paths start; shared with CLONE_FS. Empty while the log has not told it. */
final class WorkingDirectory {
  String path;

  WorkingDirectory(String path) {
    this.path = path;
  }

  WorkingDirectory copy() {
    return new WorkingDirectory(path);
  }
}
