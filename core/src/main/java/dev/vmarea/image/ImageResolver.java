// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.UserfaultContext;
import org.jspecify.annotations.Nullable;

/** Says what the files of an image are on the machine that it is restored on. */
@FunctionalInterface
public interface ImageResolver {
  /** Makes all files again from the image; what a driver maps cannot be restored so. */
  ImageResolver REBUILD = saved -> null;

  /**
   * The open file that takes the place of a saved one. Its file's own size, seals and pages count
   * then, not those of the image; where it ends earlier, the areas have no pages.
   *
   * <p>Asked once for each open file, in order. Two that are to be one file get open files with the
   * same {@link dev.vmarea.vma.Inode}. The reference that the caller has of it becomes the restored
   * space's: who keeps the file calls {@link OpenFile#get} first.
   *
   * @return the file, or null to make it again from the image
   */
  @Nullable OpenFile open(SavedFile saved);

  /**
   * The userfaultfd with this number, from 0 in order of the first area that is registered with it.
   */
  default UserfaultContext userfault(int number) {
    return new UserfaultContext();
  }
}
