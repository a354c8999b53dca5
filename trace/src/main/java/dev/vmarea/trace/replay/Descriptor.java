// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.vma.OpenFile;

/**
 * An entry of a descriptor table.
 *
 * @param file the open file, shared by duplicates of the descriptor
 * @param closeOnExec whether execve closes it
 * @param certain whether the log showed how it was opened; else its mode is a guess
 */
record Descriptor(OpenFile file, boolean closeOnExec, boolean certain) {}
