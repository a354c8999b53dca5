// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * {@code caps PID 0xBITS}: the call on the line before changed what the thread may do.
 *
 * @param pid the thread
 * @param bits effective capabilities, bit n for capability n
 */
public record EffectiveCapabilities(int pid, long bits) implements EvidenceLine {
  @Override
  public String body() {
    return "caps " + pid + " 0x" + Long.toHexString(bits);
  }
}
