// SPDX-License-Identifier: Apache-2.0
/**
 * Physical memory: which page frames are RAM, the pages in use, and devices that answer for others.
 */
@NullMarked
package dev.vmarea.memory;

import org.jspecify.annotations.NullMarked;
