// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.Vma;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gives a VMA its anonymous identity at the first write fault: a neighbour's if that one could have
 * been part of it (next, then previous), else a new one (mm-semantics 4.1). Reuse is what keeps
 * "cut apart, write both, join again" joinable.
 */
public final class AnonAssigner {
  private final Mm mm;

  AnonAssigner(Mm mm) {
    this.mm = mm;
  }

  /** The version of {@code vma} that has an identity; publishes it if it had none. */
  public Vma ensure(Vma vma) {
    if (vma.anon() != null) {
      return vma;
    }
    AnonVma anon = reusable(vma);
    Vma version = vma.withAnon(anon != null ? anon : AnonVma.fresh());
    mm.editor().replace(vma, version);
    return version;
  }

  /**
   * What populating {@code vma} does to its identity: writable private memory is write-faulted.
   *
   * @return the version afterwards
   */
  public Vma populate(Vma vma) {
    boolean writes = (vma.flags() & (VmFlags.WRITE | VmFlags.SHARED)) == VmFlags.WRITE;
    return writes && !vma.hasAny(VmFlags.IO | VmFlags.PFNMAP | VmFlags.HUGETLB) ? ensure(vma) : vma;
  }

  private @Nullable AnonVma reusable(Vma vma) {
    Vma next = mm.tree().find(vma.end());
    if (next != null && next.start() == vma.end() && couldBeOne(vma, next)) {
      return next.anon();
    }
    Vma previous = mm.tree().before(vma.start());
    if (previous != null && previous.end() == vma.start() && couldBeOne(previous, vma)) {
      return previous.anon();
    }
    return null;
  }

  /** Whether one of the two has an identity that the other may share. */
  private boolean couldBeOne(Vma low, Vma high) {
    long ignored = VmFlags.ACCESS | mm.kernel().profile().stickyFlags();
    AnonVma present = low.anon() != null ? low.anon() : high.anon();
    return present != null
        && !present.isForkChild()
        && low.file() == high.file()
        && ((low.flags() ^ high.flags()) & ~ignored) == 0
        && low.pgoff() + low.pages() == high.pgoff()
        && Objects.equals(low.extras().policy(), high.extras().policy());
  }
}
