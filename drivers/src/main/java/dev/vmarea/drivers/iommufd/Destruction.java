// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;

/**
 * The destruction of an object (IOMMU_DESTROY) in its steps, between which other processors run.
 * After the first one nobody finds the object by its number and it has no users, but its region is
 * still in the tree.
 */
final class Destruction {
  /** The last user has gone, and the object from the table. */
  static final String DROPPED = "iommufd.destroy.dropped";

  /** The region is out of the tree and freed. */
  static final String ERASED = "iommufd.destroy.erased";

  /** The object is freed. */
  static final String FREED = "iommufd.destroy.freed";

  private final IommufdContext context;
  private final IommufdObject object;

  private Destruction(IommufdContext context, IommufdObject object) {
    this.context = context;
    this.object = object;
  }

  /**
   * Its first step.
   *
   * @throws ErrnoException ENOENT without such an object; EBUSY if the table is not its only user
   */
  static Destruction begin(IommufdContext context, int id) throws ErrnoException {
    IommufdObject object = context.dropLastUser(id);
    if (object == null) {
      throw Errno.EBUSY.failure();
    }
    context.steps().reached(DROPPED);
    return new Destruction(context, object);
  }

  IommufdObject object() {
    return object;
  }

  /** All other steps. */
  void end() {
    context.eraseRegionOf(object);
    context.steps().reached(ERASED);
    object.free();
    context.steps().reached(FREED);
  }
}
