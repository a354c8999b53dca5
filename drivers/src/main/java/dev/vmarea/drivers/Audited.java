// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import dev.vmarea.vma.Inode;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a driver that is nothing but {@link dev.vmarea.vma.FileOperations} may tell a tool of
 * itself. All of it is optional. There is one instance of the driver for each machine.
 */
public interface Audited {
  /**
   * Checks what must hold at any time when nobody is in a call.
   *
   * @param device its node, with the mappings that there are of it: see {@link Invariant#vmas}
   * @throws IllegalStateException naming what does not hold
   */
  default void verify(Inode device) {}

  /** Counts that must be as before when all that was opened and mapped is gone again, by name. */
  default SortedMap<String, Long> counters() {
    return new TreeMap<>();
  }

  /**
   * Something happens to the device that is no call on a descriptor of it: it is unplugged, reset.
   *
   * @param words what, with its arguments, such as "unplug"
   * @return the result: 0, or a negative errno
   * @throws IllegalArgumentException for words that it does not know
   */
  default long control(List<String> words) {
    throw new IllegalArgumentException("not known: " + String.join(" ", words));
  }

  /** Who is told from now on of the {@link Steps} of its operations, if it tells of any. */
  default void observe(StepObserver observer) {}

  /** The module is unloaded: gives back device memory and pages that it holds. */
  default void unload() {}
}
