// SPDX-License-Identifier: Apache-2.0
/** The memory calls, one class a verb, on top of an address space. */
@NullMarked
package dev.vmarea.mapping;

import org.jspecify.annotations.NullMarked;
