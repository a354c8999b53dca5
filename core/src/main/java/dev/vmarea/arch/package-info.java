// SPDX-License-Identifier: Apache-2.0
/**
 * What distinguishes one architecture from another: pages, tables, protections, translation of
 * frames.
 */
@NullMarked
package dev.vmarea.arch;

import org.jspecify.annotations.NullMarked;
