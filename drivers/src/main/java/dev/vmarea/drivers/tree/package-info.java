// SPDX-License-Identifier: Apache-2.0

/**
 * What file systems share: names, files that live as long as a name or an open file leads to them,
 * and the generic way to map a file. A file system makes its own {@link
 * dev.vmarea.drivers.tree.TreeFile}, keeps them in a {@link dev.vmarea.drivers.tree.FileTree}, and
 * hands open and unlink of its mount to it.
 */
@NullMarked
package dev.vmarea.drivers.tree;

import org.jspecify.annotations.NullMarked;
