// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

/**
 * Who is told of the points between the steps of a user's operations. What happens in {@link #step}
 * happens there: that is how one side of a race is run in between the steps of the other.
 */
@FunctionalInterface
public interface StepObserver {
  /** Nobody. */
  StepObserver NONE = name -> {};

  /**
   * The thread that calls has just done this step. It holds none of the user's locks; of the
   * machine's it may hold that of the address space whose call it is in, so that nothing may be
   * mapped there from here.
   *
   * @param name of the step, such as "iommufd.mmap.looked-up"
   */
  void step(String name);
}
