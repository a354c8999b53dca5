// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.ground;

import dev.vmarea.base.FailurePlan;
import java.util.List;
import java.util.Set;

/**
 * A driver that is nothing but {@link dev.vmarea.vma.FileOperations}, and says how it is put to
 * work. Without this, four pages at offset 0 are mapped of it.
 */
public interface Grounded {
  /**
   * The ways that a tool should try, the usual state first, as {@link
   * dev.vmarea.drivers.UserKind#grounds}.
   *
   * @param path where the device is
   */
  List<Ground> grounds(String path);

  /**
   * Steps that cannot fail in it. Usually that is {@code mapped}, which only counts: a driver whose
   * {@code mapped} can fail says so by a set without it.
   */
  default Set<FailurePlan.Point> infallible() {
    return Set.of(FailurePlan.Point.MAPPED);
  }
}
