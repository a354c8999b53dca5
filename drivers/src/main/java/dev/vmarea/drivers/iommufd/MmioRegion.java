// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.base.Pages;
import dev.vmarea.space.Kernel;

/**
 * Registers that can be mapped ({@code iommufd_mmap}): where a program finds them, and where they
 * are. All but being freed is immutable; who reads it without holding the tree's lock or a user of
 * the owner says so with {@link #use}.
 */
final class MmioRegion extends Allocation {
  private final IommufdObject owner;
  private final long offset;
  private final long physical;
  private final long length;

  MmioRegion(Kernel kernel, IommufdObject owner, long offset, long physical, long length) {
    super(kernel, "region " + Long.toHexString(offset));
    this.owner = owner;
    this.offset = offset;
    this.physical = physical;
    this.length = length;
  }

  IommufdObject owner() {
    return owner;
  }

  /** Where mmap finds it, in bytes. */
  long offset() {
    return offset;
  }

  /** First byte of the registers in physical memory. */
  long physical() {
    return physical;
  }

  long firstPfn() {
    return Pages.count(physical);
  }

  long length() {
    return length;
  }

  long end() {
    return offset + length;
  }

  /** Whether a mapping at page offset {@code pgoff}, so many bytes long, shows just this. */
  boolean isExactly(long pgoff, long bytes) {
    return Pages.bytes(pgoff) == offset && bytes == length;
  }
}
