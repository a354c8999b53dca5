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
 */
record Descriptor(OpenFile file, boolean closeOnExec, boolean identified) {}
