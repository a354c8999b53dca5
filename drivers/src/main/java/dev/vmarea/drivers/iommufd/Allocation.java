// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.base.KernelWarning;
import dev.vmarea.space.Kernel;

/**
 * Memory that the kernel frees by hand. Who uses it afterwards finds it as it was, which is luck,
 * and it is told. Thread-safe.
 */
abstract class Allocation {
  private final Kernel kernel;
  private final String name;
  private volatile boolean freed;

  /**
   * Fresh memory.
   *
   * @param name what is in it, for warnings
   */
  Allocation(Kernel kernel, String name) {
    this.kernel = kernel;
    this.name = name;
  }

  final void free() {
    freed = true;
  }

  final boolean isFreed() {
    return freed;
  }

  /** It is read or written, by whom {@code by} says. */
  final void use(String by) {
    if (freed) {
      kernel.warn(KernelWarning.Kind.USE_AFTER_FREE, by + " uses " + name + " after it was freed");
    }
  }

  @Override
  public final String toString() {
    return name;
  }
}
