// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * A line of a kind that is not known here (skip it).
 *
 * @param kind the word behind {@code # vmarea}
 */
public record UnknownLine(String kind) implements EvidenceLine {
  @Override
  public String body() {
    return kind;
  }
}
