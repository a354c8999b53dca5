// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

/** Who has the page tables in which a VMA's pages are: its address space, as files see it. */
public interface TableOwner {
  /**
   * Takes pages of a file out of the page tables, of all VMAs that map them. Takes the address
   * space's lock once, so that no page goes from one VMA into another meanwhile.
   *
   * @param map where the VMAs of the file are found
   * @param firstPgoff first page of the file to go
   * @param endPgoff page after the last one; unsigned
   * @param copies whether private copies go too, as when a file is cut
   */
  void zapFilePages(ReverseMap map, long firstPgoff, long endPgoff, boolean copies);

  /**
   * Bytes of a page of a file have been zeroed where it is, as in the one that a cut file ends in:
   * tells whoever listens, if a VMA maps it. Takes the address space's lock.
   *
   * @param map where the VMAs of the file are found
   */
  void filePageCleared(ReverseMap map, long pgoff);

  /**
   * Takes a private huge page of hugetlb from {@code handle}'s VMA, if it still has it and is not
   * the one that reserved pages. Takes the address space's lock.
   *
   * @param pgoff first page of the file that the huge page stands for
   * @param pfn the huge page's first frame
   */
  void takeHugePage(VmaHandle handle, long pgoff, long pfn);
}
