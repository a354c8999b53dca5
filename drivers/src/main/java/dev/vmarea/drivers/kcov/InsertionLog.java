// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.kcov;

import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.space.Kernel;
import java.util.concurrent.atomic.AtomicBoolean;

/** Says once that a page could not be put into a mapping, and then never again. Thread-safe. */
final class InsertionLog {
  private final Kernel kernel;
  private final AtomicBoolean said = new AtomicBoolean();

  InsertionLog(Kernel kernel) {
    this.kernel = kernel;
  }

  void failed(Errno error) {
    if (!said.getAndSet(true)) {
      kernel.warn(
          KernelWarning.Kind.NOTE, "kcov: a page of a buffer could not be mapped: " + error);
    }
  }
}
