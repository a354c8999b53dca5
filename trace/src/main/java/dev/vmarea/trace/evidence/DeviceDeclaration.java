// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import dev.vmarea.files.PfnDeviceSettings;
import dev.vmarea.trace.text.CString;

/**
 * {@code device path=... size=...}: a script opens a modelled device by this path.
 *
 * @param path its path, below /dev, bytes as ISO-8859-1
 * @param settings what it is like
 */
public record DeviceDeclaration(String path, PfnDeviceSettings settings) implements EvidenceLine {
  /** The kind of line. */
  public static final String KIND = "device";

  @Override
  public String body() {
    return KIND + " path=" + CString.quote(path) + " " + DeviceText.of(settings, " ");
  }
}
