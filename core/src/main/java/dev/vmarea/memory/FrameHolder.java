// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import java.util.function.LongConsumer;

/**
 * Who holds references to page frames, so that they can be counted again ({@link
 * PhysicalMemory#verify}): page tables, and pages of files in memory.
 */
public interface FrameHolder {
  /** Names each frame that it holds a reference to, as often as it holds one. */
  void forEachFrame(LongConsumer visitor);
}
