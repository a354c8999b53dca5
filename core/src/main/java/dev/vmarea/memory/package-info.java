// SPDX-License-Identifier: Apache-2.0
/** Physical memory: which page frames are RAM, and the pages in use. */
@NullMarked
package dev.vmarea.memory;

import org.jspecify.annotations.NullMarked;
