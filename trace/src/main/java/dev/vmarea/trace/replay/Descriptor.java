// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.vma.OpenFile;

/**
 * An entry of a descriptor table.
 *
 * @param file the open file, shared by duplicates of the descriptor
 * @param closeOnExec whether execve closes it
 * @param identified whether the recorder told the file's identity, which no name in the log can
 *     contradict
 * @param holds whether the entry holds a reference of its own, as entries for what is mounted do;
 *     other files are never released in a replay
 */
record Descriptor(OpenFile file, boolean closeOnExec, boolean identified, boolean holds) {
  /** One that holds no reference. */
  Descriptor(OpenFile file, boolean closeOnExec, boolean identified) {
    this(file, closeOnExec, identified, false);
  }

  /** The same for another entry, with a reference of its own if this one has. */
  Descriptor duplicate(boolean closesOnExec) {
    if (holds) {
      file.get();
    }
    return marked(closesOnExec);
  }

  /** This entry, closed by execve or not. */
  Descriptor marked(boolean closesOnExec) {
    return new Descriptor(file, closesOnExec, identified, holds);
  }

  /** The entry is gone. */
  void close() {
    if (holds) {
      file.put();
    }
  }
}
