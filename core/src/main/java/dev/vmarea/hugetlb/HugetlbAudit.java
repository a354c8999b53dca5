// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.vma.Vma;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Adds up who has reserved what of one mount, and compares with its counters: invariants H2, H3, H4
 * and H7 of hugetlbfs. Needs every VMA of the mount, and nobody may be in a call meanwhile.
 *
 * <p>Holds where all reservations are still known. Linux loses some: of a VMA of which only a part
 * has moved. And leaks of a hook show as a difference, which is what this is for.
 */
public final class HugetlbAudit {
  private final HugetlbMount mount;
  private final Map<PrivateReservation, Integer> maps = new HashMap<>();
  private long unused;
  private long charged;
  private long locks;

  private HugetlbAudit(HugetlbMount mount) {
    this.mount = mount;
  }

  /**
   * Checks {@code mount}.
   *
   * @param vmas all VMAs of all address spaces; those of other files are left out
   * @return what of the pool's reserved pages is the mount's
   * @throws IllegalStateException naming the sum that is wrong
   */
  public static long verify(HugetlbMount mount, Collection<Vma> vmas) {
    mount.subpool().verify();
    mount.group().verify();
    HugetlbAudit audit = new HugetlbAudit(mount);
    mount.files().forEach(audit::add);
    for (Vma vma : vmas) {
      HugetlbMapping mapping = HugetlbMapping.of(vma);
      if (mapping != null && mapping.mount() == mount) {
        audit.add(vma, mapping);
      }
    }
    return audit.compare();
  }

  /** A mount and all else of its pool: the sum of what mounts have reserved is the pool's. */
  public static void verify(
      HugePagePool pool, long pageSize, Collection<HugetlbMount> mounts, Collection<Vma> vmas) {
    pool.verify();
    long sum = 0;
    for (HugetlbMount mount : mounts) {
      sum += verify(mount, vmas);
    }
    same("pages reserved in the pool", pool.counts(pageSize).reserved(), sum);
  }

  private void add(HugetlbPages pages) {
    pages.verify();
    unused += pages.reserved() - pages.size();
    charged += pages.reservation().charged();
  }

  private void add(Vma vma, HugetlbMapping mapping) {
    if (mapping.hasLock()) {
      locks++;
    }
    if (vma.privateData() instanceof PrivateReservation own) {
      long first = mapping.index(vma.start());
      long count = vma.length() / mapping.pageSize();
      maps.merge(own, 1, Integer::sum);
      unused += own.count(first, first + count);
      charged += count;
    }
  }

  private long compare() {
    HugePagePool.Usage usage = mount.pool().usage(mount);
    maps.forEach((map, vmas) -> same("VMAs of a private map", map.references(), vmas));
    same("private maps", mount.privateMaps(), maps.size());
    same("locks of VMAs", mount.vmaLocks(), locks);
    same("pages charged", mount.group().charged(), charged + usage.charged());
    if (mount.subpool().counts()) {
      same(
          "pages used of the share",
          mount.subpool().used(),
          unused + usage.pages() - usage.restoring());
    }
    return unused - usage.restoring() + mount.subpool().reserved();
  }

  private static void same(String what, long counted, long added) {
    if (counted != added) {
      throw new IllegalStateException(what + ": counted " + counted + ", found " + added);
    }
  }
}
