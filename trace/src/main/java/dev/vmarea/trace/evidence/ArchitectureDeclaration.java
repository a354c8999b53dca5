// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Pages;

/**
 * {@code architecture NAME}: a script is played on a machine of this architecture, and not on
 * x86-64.
 *
 * @param architecture one whose pages have 4 KiB
 */
public record ArchitectureDeclaration(Architecture architecture) implements EvidenceLine {
  /** The kind of line. */
  public static final String KIND = "architecture";

  @Override
  public String body() {
    return KIND + " " + architecture.name();
  }

  /** The one with this name, if a machine can be made of it. */
  static ArchitectureDeclaration of(String name) {
    Architecture architecture = Architecture.named(name);
    if (architecture.pageSize() != Pages.SIZE) {
      throw new IllegalArgumentException(name + " has pages of " + architecture.pageSize());
    }
    return new ArchitectureDeclaration(architecture);
  }
}
