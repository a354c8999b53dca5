// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

/**
 * Bounds that keep hostile logs from taking memory or time without end.
 *
 * @param maxLineBytes longest line that is read; longer ones are skipped and reported
 * @param maxPendingBytes memory for first halves of calls that wait for their second; beyond it the
 *     oldest are forgotten and reported
 * @param maxProblems problems passed on; further ones are only counted
 * @param maxExpandedBytes longest unpacked text of a compressed log
 * @param maxExpansion most bytes out for a byte in, of a compressed log (looked at after the first
 *     64 MiB)
 */
public record StraceLimits(
    int maxLineBytes,
    int maxPendingBytes,
    int maxProblems,
    long maxExpandedBytes,
    int maxExpansion) {

  /** Lines of 1 MiB, 16 MiB of waiting halves, 1000 problems, 256 GiB unpacked, 500 to 1. */
  public static final StraceLimits DEFAULT =
      new StraceLimits(1 << 20, 16 << 20, 1000, 256L << 30, 500);

  /** Checks that every bound is usable. */
  public StraceLimits {
    if (maxLineBytes < 256
        || maxLineBytes > 1 << 28
        || maxPendingBytes < 0
        || maxProblems < 0
        || maxExpandedBytes <= 0
        || maxExpansion < 1) {
      throw new IllegalArgumentException("limit out of range");
    }
  }
}
