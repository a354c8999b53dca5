// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import org.jspecify.annotations.Nullable;

/**
 * Attributes that hardly any VMA has, kept out of {@link Vma} to keep it small.
 *
 * @param name anonymous name given by prctl, its bytes as ISO-8859-1, or null
 * @param policy NUMA policy given by mbind, or null
 * @param userfault userfaultfd context the range is registered with, compared by identity, or null
 */
public record VmaExtras(
    @Nullable String name, @Nullable MemoryPolicy policy, @Nullable UserfaultContext userfault) {
  /** No such attribute. */
  public static final VmaExtras NONE = new VmaExtras(null, null, null);

  private VmaExtras orNone() {
    return name == null && policy == null && userfault == null ? NONE : this;
  }

  /** These attributes with another anonymous name. */
  public VmaExtras withName(@Nullable String newName) {
    return new VmaExtras(newName, policy, userfault).orNone();
  }

  /** These attributes with another policy. */
  public VmaExtras withPolicy(@Nullable MemoryPolicy newPolicy) {
    return new VmaExtras(name, newPolicy, userfault).orNone();
  }

  /** These attributes with another userfaultfd context. */
  public VmaExtras withUserfault(@Nullable UserfaultContext newContext) {
    return new VmaExtras(name, policy, newContext).orNone();
  }
}
