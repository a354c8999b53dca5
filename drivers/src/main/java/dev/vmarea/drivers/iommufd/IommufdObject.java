// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.drivers.Refcount;
import dev.vmarea.space.Kernel;

/**
 * An object of a context that owns a region: a virtual translation unit ({@code iommufd_object}).
 * One of its users is the table of objects; each mapping of its region is one, and each object that
 * depends on it.
 */
final class IommufdObject extends Allocation {
  private final int id;
  private final Refcount users;
  private int dependents; // guarded by the context

  IommufdObject(Kernel kernel, int id) {
    super(kernel, "object " + id);
    this.id = id;
    this.users = new Refcount(kernel, "users of object " + id, 1);
  }

  int id() {
    return id;
  }

  Refcount users() {
    return users;
  }

  int dependents() {
    return dependents;
  }

  void dependents(int count) {
    dependents = count;
  }
}
