// SPDX-License-Identifier: Apache-2.0
/** The page tables of a model, beside its map: read, and written as text. */
@NullMarked
package dev.vmarea.trace.pagetable;

import org.jspecify.annotations.NullMarked;
