// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import org.jspecify.annotations.Nullable;

/**
 * Attributes that hardly any VMA has, kept out of {@link Vma} to keep it small.
 *
 * @param name anonymous name given by prctl, its bytes as ISO-8859-1, or null
 * @param policy NUMA policy given by mbind, or null
 * @param userfault userfaultfd context the range is registered with, compared by identity, or null
 * @param driver what a driver's hook left; merging does not compare it
 */
public record VmaExtras(
    @Nullable String name,
    @Nullable MemoryPolicy policy,
    @Nullable UserfaultContext userfault,
    DriverData driver) {
  /** No such attribute. */
  public static final VmaExtras NONE = new VmaExtras(null, null, null, DriverData.NONE);

  private VmaExtras orNone() {
    return name == null && policy == null && userfault == null && driver.isNone() ? NONE : this;
  }

  /** These attributes with another anonymous name. */
  public VmaExtras withName(@Nullable String newName) {
    return new VmaExtras(newName, policy, userfault, driver).orNone();
  }

  /** These attributes with another policy. */
  public VmaExtras withPolicy(@Nullable MemoryPolicy newPolicy) {
    return new VmaExtras(name, newPolicy, userfault, driver).orNone();
  }

  /** These attributes with another userfaultfd context. */
  public VmaExtras withUserfault(@Nullable UserfaultContext newContext) {
    return new VmaExtras(name, policy, newContext, driver).orNone();
  }

  /** These attributes with other data of a driver. */
  public VmaExtras withDriver(DriverData newDriver) {
    return new VmaExtras(name, policy, userfault, newDriver).orNone();
  }
}
