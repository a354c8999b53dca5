// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;

/**
 * What must hold of a context when nobody is in a call. That a destruction succeeds only without
 * other users than the table, and that a mapping that failed left the count alone, follows from the
 * first rule: a destruction does nothing but compare the count with 1.
 */
final class ContextInvariants {
  private final IommufdContext context;
  private final List<Vma> mappings = new ArrayList<>();

  /** Of a context whose files are opens of {@code inode}. */
  ContextInvariants(IommufdContext context, Inode inode) {
    this.context = context;
    inode
        .reverseMap()
        .walk(vma -> {
          if (vma.ops() instanceof IommufdFile file && file.context() == context) {
            mappings.add(vma);
          }
        });
  }

  /**
   * Checks them all.
   *
   * @throws IllegalStateException naming the first that does not hold
   */
  void verify() {
    mappings.forEach(this::live);
    context.objects().forEach(this::counted);
    for (Vma vma : mappings) {
      Invariant.holds(!vma.has(VmFlags.EXEC), "a mapping of registers is executable");
      Invariant.holds(!VmFlags.isCow(vma.flags()), "a mapping of registers is private");
    }
  }

  /** A mapping has a region, in the tree, and the region's owner is there. */
  private void live(Vma vma) {
    MmioRegion region = IommufdFile.region(vma);
    Invariant.holds(region != null, "a mapping without a region");
    if (region != null) {
      Invariant.holds(!region.isFreed(), "the mapped " + region + " is freed");
      Invariant.holds(context.regions().all().contains(region), region + " is not in the tree");
      Invariant.holds(!region.owner().isFreed(), "the owner of the mapped " + region + " is freed");
    }
  }

  /** Users are the table, the mappings and the objects that depend on it. */
  private void counted(IommufdObject object) {
    long users =
        1 + object.dependents() + mappings.stream().filter(vma -> isOf(vma, object)).count();
    Invariant.holds(
        object.users().value() == users,
        "users of " + object + ": " + object.users() + " instead of " + users);
  }

  private static boolean isOf(Vma vma, IommufdObject object) {
    MmioRegion region = IommufdFile.region(vma);
    return region != null && region.owner() == object;
  }
}
