// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * A line of a known kind that does not hold what it should.
 *
 * @param kind the word behind {@code # vmarea}
 * @param problem what is wrong
 */
public record MalformedLine(String kind, String problem) implements EvidenceLine {
  @Override
  public String body() {
    return kind;
  }
}
