// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.system.HugePagePolicy;

/**
 * Where even a read gives a mapping its anon_vma: the kernel prepares it before it decides between
 * a huge page and the huge zero page (seen on Linux 6.18: two huge-page mappings that were only
 * read apart do not merge). Not thread-safe.
 */
final class HugePages {
  private final HugePagePolicy policy;
  private boolean advised;

  HugePages(final HugePagePolicy policy) {
    this.policy = policy;
  }

  /** Some mapping was, or is about to be, advised to use huge pages. */
  void advised() {
    advised = possible();
  }

  /** Whether the host has huge pages for those that ask. */
  boolean possible() {
    return policy.when() != HugePagePolicy.When.NEVER;
  }

  /** Whether some mapping can have huge pages now. */
  boolean active() {
    return advised || policy.when() == HugePagePolicy.When.ALWAYS;
  }

  /** Whether a read somewhere in the mapping may set its anon_vma. */
  boolean mayBeReadIn(final VmaBounds vma) {
    return active() && !vma.file() && alignUp(vma.start()) + policy.size() <= vma.end();
  }

  /** Whether a read at {@code address} may. */
  boolean mayBeReadAt(final VmaBounds vma, final long address) {
    final long block = block(address);
    return active() && !vma.file() && block >= vma.start() && block + policy.size() <= vma.end();
  }

  /** Bytes of a huge page. */
  long size() {
    return policy.size();
  }

  /** Start of the huge page that holds {@code address}. */
  long block(final long address) {
    return address & -policy.size();
  }

  private long alignUp(final long address) {
    return (address + policy.size() - 1) & -policy.size();
  }
}
