// SPDX-License-Identifier: Apache-2.0
/**
 * From many violations to few findings: the shortest acts that show each, its cause, found out by
 * trying other kernels and hooks, and a title.
 */
@NullMarked
package dev.vmarea.workbench.diagnosis;

import org.jspecify.annotations.NullMarked;
