// SPDX-License-Identifier: Apache-2.0
/**
 * Page tables and the tracking of cache attributes. Knows address ranges and page frames, no areas.
 */
@NullMarked
package dev.vmarea.pagetable;

import org.jspecify.annotations.NullMarked;
