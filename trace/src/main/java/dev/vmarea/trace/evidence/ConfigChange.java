// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * {@code config key=value}: a configuration value changed.
 *
 * @param key name of the value
 * @param value its new value as text
 */
public record ConfigChange(String key, String value) implements EvidenceLine {
  @Override
  public String body() {
    return "config " + key + "=" + value;
  }
}
