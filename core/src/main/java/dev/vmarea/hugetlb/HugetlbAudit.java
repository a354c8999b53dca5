// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.vma.Vma;
import java.util.HashMap;
import java.util.Map;

/**
 * Adds up who has reserved what of one mount, and compares with its counters: invariants H2, H3, H4
 * and H7 of hugetlbfs. Finds the VMAs by the reverse maps of the files; nobody may be in a call
 * meanwhile.
 */
final class HugetlbAudit {
  private final HugetlbMount mount;
  private final Map<PrivateReservation, Integer> maps = new HashMap<>();
  private long unused;
  private long charged;
  private long locks;

  private HugetlbAudit(HugetlbMount mount) {
    this.mount = mount;
  }

  /**
   * Checks a pool and all mounts of it.
   *
   * @throws IllegalStateException naming the sum that is wrong
   */
  static void verify(HugePagePool pool) {
    pool.verifyPages();
    Map<Long, Long> reserved = new HashMap<>();
    for (HugetlbMount mount : pool.mounts()) {
      reserved.merge(mount.pageSize(), verify(mount), Long::sum);
    }
    reserved.forEach((pageSize, sum) ->
        same(
            "pages reserved in the pool",
            pool.counts(pageSize).reserved(),
            sum + pool.lost(pageSize)));
  }

  /** What of the pool's reserved pages is this mount's. */
  private static long verify(HugetlbMount mount) {
    mount.subpool().verify();
    mount.group().verify();
    HugetlbAudit audit = new HugetlbAudit(mount);
    mount.files().forEach(audit::add);
    return audit.compare();
  }

  private void add(HugetlbPages pages) {
    pages.verify();
    unused += pages.reserved() - pages.size();
    charged += pages.reservation().charged();
    pages
        .inode()
        .reverseMap()
        .walk(vma -> {
          HugetlbMapping mapping = HugetlbMapping.of(vma);
          if (mapping != null) {
            add(vma, mapping);
          }
        });
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
