// SPDX-License-Identifier: Apache-2.0
/**
 * The bench: a machine with one user on it ({@link dev.vmarea.workbench.lab.Subject}), to which
 * acts are done one after the other, and everything that can be seen after each ({@link
 * dev.vmarea.workbench.lab.Run}).
 */
@NullMarked
package dev.vmarea.workbench.lab;

import org.jspecify.annotations.NullMarked;
