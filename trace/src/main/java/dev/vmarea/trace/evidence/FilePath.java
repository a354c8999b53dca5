// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import dev.vmarea.trace.text.CString;

/**
 * {@code path file=ID path=...}: a file known from {@link DescriptorIdentity} now has another path.
 *
 * @param file identity of the open file
 * @param path its path as the kernel shows it, bytes as ISO-8859-1; hostile
 */
public record FilePath(String file, String path) implements EvidenceLine {
  @Override
  public String body() {
    return "path file=" + file + " path=" + CString.quote(path);
  }
}
