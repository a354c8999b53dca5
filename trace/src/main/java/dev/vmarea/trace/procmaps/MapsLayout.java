// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

/**
 * What names the heap and the stack in maps: addresses in bytes. A VMA is {@code [heap]} when it
 * overlaps [startBrk, brk), {@code [stack]} when startStack lies in it or at its end.
 *
 * @param startBrk where the heap begins
 * @param brk the program break
 * @param startStack the stack pointer the program began with; -1 when there is none
 */
public record MapsLayout(long startBrk, long brk, long startStack) {
  /** No heap, no stack. */
  public static final MapsLayout NONE = new MapsLayout(0, 0, -1);
}
