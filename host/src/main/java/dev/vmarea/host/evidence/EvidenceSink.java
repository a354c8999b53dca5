// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

/** Takes comment lines for the trace, in order. */
@FunctionalInterface
public interface EvidenceSink {
  /**
   * Takes one line.
   *
   * @param line a whole line, beginning with {@code "# vmarea "}, without the line feed; ASCII
   */
  void comment(String line);
}
