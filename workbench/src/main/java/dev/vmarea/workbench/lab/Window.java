// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.ground.Ground;

/**
 * Where the pages that acts name lie in each process. Immutable.
 *
 * @param base address of page 0, in bytes
 */
public record Window(long base) {
  /** First byte of the window on machines of 64 bits. */
  public static final long USUAL_BASE = 0x100000000000L;

  /** First byte where addresses have 32 bits. */
  private static final long LOW_BASE = 0x10000000L;

  /** That of a ground's machine. */
  public static Window of(Ground ground) {
    return on(ground.architecture());
  }

  static Window on(Architecture architecture) {
    return new Window(architecture.addressLimit() > USUAL_BASE ? USUAL_BASE : LOW_BASE);
  }

  /** Address of a page. */
  public long address(long page) {
    return base + Pages.bytes(page);
  }

  /** Page that an address is in. */
  long page(long address) {
    return Pages.count(address - base);
  }
}
