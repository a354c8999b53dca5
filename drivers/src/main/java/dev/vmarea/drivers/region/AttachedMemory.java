// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.region;

import dev.vmarea.memory.DeviceMemory;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;

/** Device memory of one user: all of it is attached to a machine, or none. Not thread-safe. */
public final class AttachedMemory {
  private final PhysicalMemory memory;
  private final List<PfnRange> attached = new ArrayList<>();

  /** Nothing attached to {@code memory} yet. */
  public AttachedMemory(PhysicalMemory memory) {
    this.memory = memory;
  }

  /**
   * Attaches more.
   *
   * @throws IllegalArgumentException if the frames are RAM or another device's; what was attached
   *     here before is detached then
   */
  public void attach(PfnWindow window, DeviceMemory device) {
    boolean done = false;
    try {
      memory.attach(window.frames(), device);
      attached.add(window.frames());
      done = true;
    } finally {
      if (!done) {
        detach();
      }
    }
  }

  /** Detaches all of it. */
  public void detach() {
    attached.forEach(memory::detach);
    attached.clear();
  }
}
