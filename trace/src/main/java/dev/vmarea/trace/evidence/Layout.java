// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * {@code layout PID key=value...}: where the parts of a fresh program lie, its limits and rights.
 * Inside an {@link ExecBlock}.
 *
 * @param pid a thread of the address space
 * @param values what is known; limits are in bytes, -1 for unlimited
 */
public record Layout(int pid, Map<LayoutField, Long> values) implements EvidenceLine {
  /** Keeps a copy of the map. */
  public Layout {
    EnumMap<LayoutField, Long> copy = new EnumMap<>(LayoutField.class);
    copy.putAll(values);
    values = Collections.unmodifiableMap(copy);
  }

  /** The value of {@code field}, if it is known. */
  public OptionalLong get(LayoutField field) {
    Long v = values.get(field);
    return v == null ? OptionalLong.empty() : OptionalLong.of(v);
  }

  @Override
  public String body() {
    StringBuilder out = new StringBuilder("layout ").append(pid);
    values.forEach((field, value) -> out.append(' ').append(field.format(value)));
    return out.toString();
  }
}
