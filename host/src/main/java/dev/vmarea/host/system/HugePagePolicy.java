// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

/**
 * Whether this host gives anonymous memory transparent huge pages of the size that one entry of the
 * second table level maps.
 *
 * @param when for which mappings
 * @param size bytes of such a page
 */
public record HugePagePolicy(When when, long size) {
  private static final String THP = "/sys/kernel/mm/transparent_hugepage/";
  private static final long USUAL_SIZE = 2L << 20;
  private static final long KILOBYTE = 1024;

  /** For which mappings there are huge pages. */
  public enum When {
    /** For none. */
    NEVER,
    /** After MADV_HUGEPAGE. */
    ADVISED,
    /** For all. */
    ALWAYS
  }

  /** The policy of this host. */
  public static HugePagePolicy read() {
    final long size = ProcText.number(THP + "hpage_pmd_size").orElse(USUAL_SIZE);
    final String ofSize =
        HostConfigReader.chosen(ProcText.read(THP + "hugepages-" + size / KILOBYTE + "kB/enabled"));
    final String chosen =
        ofSize.isEmpty() || "inherit".equals(ofSize)
            ? HostConfigReader.chosen(ProcText.read(THP + "enabled"))
            : ofSize;
    final When when =
        switch (chosen) {
          case "always" -> When.ALWAYS;
          case "madvise" -> When.ADVISED;
          default -> When.NEVER;
        };
    return new HugePagePolicy(when, size);
  }
}
