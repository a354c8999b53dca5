// SPDX-License-Identifier: Apache-2.0
/** What happens when memory is touched that has no entry in the page tables. */
@NullMarked
package dev.vmarea.fault;

import org.jspecify.annotations.NullMarked;
