// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.region;

import dev.vmarea.base.CacheMode;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.pagetable.PageTables;

/** What the page tables of a lab's process have, by page of its window. */
public final class Entries {
  private Entries() {}

  /** The page frame that a page leads to, in hexadecimal; "-" for none. */
  public static String frame(UserLab lab, long page) {
    PageTables tables = lab.space().pageTables();
    long pfn = tables == null ? -1 : tables.frame(UserLab.at(page));
    return pfn < 0 ? "-" : Long.toHexString(pfn);
  }

  /** The level of the entry that maps a page: 0 for a page, 1 and 2 for huge ones; -1 for none. */
  public static int level(UserLab lab, long page) {
    PageTables tables = lab.space().pageTables();
    return tables == null ? -1 : tables.entryLevel(UserLab.at(page));
  }

  /** How a page is cached; "-" if nothing is mapped. */
  public static String cache(UserLab lab, long page) {
    PageTables tables = lab.space().pageTables();
    long entry = tables == null ? 0 : tables.entry(UserLab.at(page));
    return entry == 0 ? "-" : CacheMode.ofBits(entry).toString();
  }

  /** How many of the pages are mapped. */
  public static long mapped(UserLab lab, long page, long pages) {
    PageTables tables = lab.space().pageTables();
    long count = 0;
    for (long at = page; tables != null && at < page + pages; at++) {
      count += tables.frame(UserLab.at(at)) < 0 ? 0 : 1;
    }
    return count;
  }
}
