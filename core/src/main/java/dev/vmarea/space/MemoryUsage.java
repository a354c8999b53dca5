// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

/**
 * What the pages behind a VMA, or behind all VMAs of an address space, add up to: the counters of
 * {@code smaps} (mm-semantics 8.2). Bytes throughout. Immutable.
 *
 * <p>A page counts when an entry maps it. Bare frames and the page of zeroes count nowhere; pages
 * of hugetlb only in the two counters of their own.
 *
 * @param rss what is mapped: {@code Rss}
 * @param pss the same, each page divided by the number of entries that map it
 * @param sharedClean pages that others map too, not written
 * @param sharedDirty pages that others map too, written
 * @param privateClean pages that only this entry maps, not written
 * @param privateDirty pages that only this entry maps, written
 * @param referenced pages used since that was last forgotten
 * @param anonymous pages of no file, private copies of files included
 * @param shmem pages of tmpfs and its kin; {@code RssShmem}
 * @param lazyFree anonymous pages that MADV_FREE gave up and nobody has written since
 * @param huge pages mapped by huge entries
 */
public record MemoryUsage(
    long rss,
    Pss pss,
    long sharedClean,
    long sharedDirty,
    long privateClean,
    long privateDirty,
    long referenced,
    long anonymous,
    long shmem,
    long lazyFree,
    Huge huge) {

  /** Binary digits behind the point in which Linux keeps a proportional share of bytes. */
  static final int PSS_SHIFT = 12;

  /** Nothing is mapped. */
  public static final MemoryUsage NONE =
      new MemoryUsage(0, Pss.NONE, 0, 0, 0, 0, 0, 0, 0, 0, Huge.NONE);

  /**
   * Proportional shares, in 1/4096 bytes, so that shares of many VMAs add up to what {@code
   * smaps_rollup} says. {@link #bytes} makes bytes of one.
   *
   * @param total of all pages: {@code Pss}
   * @param dirty of written ones: {@code Pss_Dirty}
   * @param anonymous of anonymous ones: {@code Pss_Anon}
   * @param file of pages of files: {@code Pss_File}
   * @param shmem of tmpfs: {@code Pss_Shmem}
   * @param locked in VMAs that are locked: {@code Locked}
   */
  public record Pss(long total, long dirty, long anonymous, long file, long shmem, long locked) {
    static final Pss NONE = new Pss(0, 0, 0, 0, 0, 0);

    /** A share in whole bytes, rounded down as Linux does when it prints one. */
    public static long bytes(long share) {
      return share >>> PSS_SHIFT;
    }

    private Pss plus(Pss other) {
      return new Pss(
          total + other.total,
          dirty + other.dirty,
          anonymous + other.anonymous,
          file + other.file,
          shmem + other.shmem,
          locked + other.locked);
    }
  }

  /**
   * What huge entries map.
   *
   * @param anonymous {@code AnonHugePages}
   * @param shmem {@code ShmemPmdMapped}
   * @param file {@code FilePmdMapped}
   * @param sharedHugetlb {@code Shared_Hugetlb}
   * @param privateHugetlb {@code Private_Hugetlb}
   */
  public record Huge(
      long anonymous, long shmem, long file, long sharedHugetlb, long privateHugetlb) {
    static final Huge NONE = new Huge(0, 0, 0, 0, 0);

    private Huge plus(Huge other) {
      return new Huge(
          anonymous + other.anonymous,
          shmem + other.shmem,
          file + other.file,
          sharedHugetlb + other.sharedHugetlb,
          privateHugetlb + other.privateHugetlb);
    }
  }

  /** Pages of files other than tmpfs: {@code RssFile}. */
  public long file() {
    return rss - anonymous - shmem;
  }

  /** Both together, as {@code smaps_rollup} adds VMAs up. */
  public MemoryUsage plus(MemoryUsage other) {
    return new MemoryUsage(
        rss + other.rss,
        pss.plus(other.pss),
        sharedClean + other.sharedClean,
        sharedDirty + other.sharedDirty,
        privateClean + other.privateClean,
        privateDirty + other.privateDirty,
        referenced + other.referenced,
        anonymous + other.anonymous,
        shmem + other.shmem,
        lazyFree + other.lazyFree,
        huge.plus(other.huge));
  }
}
