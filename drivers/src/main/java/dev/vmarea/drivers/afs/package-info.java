// SPDX-License-Identifier: Apache-2.0
/**
 * afs, as far as it counts mappings: files of a server that promises to call back when somebody
 * changes one. Then what is mapped of the file must go from page tables, so that it is looked at
 * again. For that each file counts its mappings, and a volume has a list of the files that are
 * mapped.
 *
 * <p>afs is no user of the series itself; it is what taught why nothing is counted in a prepare
 * hook. It was converted together with other file systems, and {@link
 * dev.vmarea.drivers.afs.AfsFile} has the hooks before, then and after.
 *
 * <p>There is no server: "break" and "restart" say what it does, and contents never change.
 */
@NullMarked
package dev.vmarea.drivers.afs;

import org.jspecify.annotations.NullMarked;
