// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.pci;

import dev.vmarea.drivers.region.PfnWindow;

/**
 * A memory resource of the device.
 *
 * @param number which BAR, 0 to 5
 * @param window its page frames
 * @param prefetchable whether reading has no effect, so that stores may be combined
 * @param exclusive whether a driver has claimed it for itself
 */
record PciBar(int number, PfnWindow window, boolean prefetchable, boolean exclusive) {
  /** The name of its file in sysfs. */
  String file() {
    return "resource" + number;
  }

  /** The name of its second file there, if it has one. */
  String combiningFile() {
    return file() + "_wc";
  }
}
