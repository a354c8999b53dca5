// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.verdict;

import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.snapshot.Detail;
import dev.vmarea.explain.snapshot.MappedObject;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.files.KernelMapping;
import dev.vmarea.space.MergeBlocker;
import dev.vmarea.space.MergeRules;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Asks the merge rule of the model ({@link MergeRules#between}) about each boundary of a snapshot:
 * there is no second copy of that rule here. What it is not told, it takes as if it were no
 * obstacle; where then nothing is left that sets two areas apart, the verdict says how that is
 * known. Not thread-safe.
 */
public final class BoundaryJudge {
  private static final long PERMISSIONS = VmFlags.ACCESS;
  private static final long SHARING = VmFlags.SHARED | VmFlags.MAYSHARE | VmFlags.MAYWRITE;

  private final Snapshot snapshot;
  private final long mergedFlags;
  private final Map<Integer, OpenFile> files = new HashMap<>();
  private final Map<Integer, OpenFile> opened = new HashMap<>();
  private Function<AnonVma, Evidence> writes = identity -> Evidence.OBSERVED;

  private BoundaryJudge(Snapshot snapshot, Profile profile) {
    this.snapshot = snapshot;
    // Snapshots come from kernels with soft-dirty bits, too, all of which ignore them in merges.
    this.mergedFlags = profile.stickyFlags() | VmFlags.SOFTDIRTY;
  }

  /** The verdicts on all boundaries, by the rules of a kernel. */
  public static Verdicts judge(Snapshot snapshot, Profile profile) {
    BoundaryJudge judge = new BoundaryJudge(snapshot, profile);
    return judge.all(judge::vma);
  }

  /**
   * The same of a model, whose VMAs tell more than its snapshot.
   *
   * @param vmas those of the snapshot, in its order
   */
  public static Verdicts judge(Snapshot snapshot, List<Vma> vmas, Profile profile) {
    return judge(snapshot, vmas, profile, identity -> Evidence.OBSERVED);
  }

  /**
   * The same after a history that tells how it is known that memory was written.
   *
   * @param writes how the write is known that gave memory its identity: observed, seen or inferred
   */
  public static Verdicts judge(
      Snapshot snapshot, List<Vma> vmas, Profile profile, Function<AnonVma, Evidence> writes) {
    BoundaryJudge judge = new BoundaryJudge(snapshot, profile);
    judge.writes = writes;
    return judge.all(vmas::get);
  }

  private Verdicts all(IntFunction<Vma> vmas) {
    int[] packed = new int[Math.max(0, snapshot.size() - 1)];
    if (packed.length > 0) {
      Vma low = vmas.apply(0);
      for (int i = 0; i < packed.length; i++) {
        Vma high = vmas.apply(i + 1);
        packed[i] = verdict(i, low, high);
        low = high;
      }
    }
    return new Verdicts(snapshot, mergedFlags, packed);
  }

  private int verdict(int i, Vma low, Vma high) {
    int blockers = MergeRules.between(low, high, mergedFlags);
    int reasons = 0;
    for (MergeBlocker blocker : MergeBlocker.of(blockers)) {
      reasons |= reason(blocker, i, low, high);
    }
    if (reasons != 0) {
      return Verdicts.pack(reasons, evidence(reasons, low, high));
    }
    if (snapshot.origin().detail() == Detail.MODEL) {
      return Verdicts.pack(Reason.NO_OCCASION.bit(), Evidence.SHOWN);
    }
    boolean written = VmFlags.isCow(low.flags()) && hasPages(i) && hasPages(i + 1);
    return written
        ? Verdicts.pack(Reason.ANON_VMA.bit(), Evidence.SEEN)
        : Verdicts.pack(Reason.UNSEEN.bit(), Evidence.INFERRED);
  }

  // What only the history tells is as sure as the weaker of what it knows of the two.
  private Evidence evidence(int reasons, Vma low, Vma high) {
    if (reasons == Reason.OPENED_TWICE.bit()) {
      return Evidence.OBSERVED;
    }
    if (reasons != Reason.ANON_VMA.bit()) {
      return Evidence.SHOWN;
    }
    AnonVma a = low.anon();
    AnonVma b = high.anon();
    Evidence first = a == null ? Evidence.OBSERVED : writes.apply(a);
    Evidence second = b == null ? Evidence.OBSERVED : writes.apply(b);
    return first.compareTo(second) >= 0 ? first : second;
  }

  private boolean hasPages(int i) {
    return snapshot.anonymousPages(i) > 0;
  }

  private int reason(MergeBlocker blocker, int i, Vma low, Vma high) {
    return switch (blocker) {
      case NOT_ADJACENT -> Reason.HOLE.bit();
      case SPECIAL -> Reason.SPECIAL.bit();
      case FLAGS -> flags((low.flags() ^ high.flags()) & ~mergedFlags);
      case FILE ->
          snapshot.objectNumber(i) == snapshot.objectNumber(i + 1)
              ? Reason.OPENED_TWICE.bit()
              : Reason.OBJECT.bit();
      // Between different files, or across a hole, an offset has nothing to continue.
      case PGOFF ->
          low.file() == high.file() && low.end() == high.start() ? Reason.OFFSET.bit() : 0;
      case ANON_VMA, FORK_CHILD -> Reason.ANON_VMA.bit();
      case POLICY -> Reason.POLICY.bit();
      case USERFAULT -> Reason.USERFAULT.bit();
      case NAME -> Reason.NAME.bit();
      case CLOSE_HOOK ->
          snapshot.object(i).isSpecial() || snapshot.object(i + 1).isSpecial()
              ? Reason.SPECIAL.bit()
              : Reason.CLOSE_HOOK.bit();
    };
  }

  private static int flags(long different) {
    int reasons = 0;
    if ((different & PERMISSIONS) != 0) {
      reasons |= Reason.PROTECTION.bit();
    }
    if ((different & VmFlags.MAYSHARE) != 0) {
      reasons |= Reason.SHARING.bit();
    }
    long sharing = (different & VmFlags.MAYSHARE) != 0 ? SHARING : 0;
    if ((different & ~PERMISSIONS & ~sharing) != 0) {
      reasons |= Reason.FLAGS.bit();
    }
    return reasons;
  }

  private Vma vma(int i) {
    MappedObject object = snapshot.object(i);
    OpenFile file = object.isFile() ? file(i, object) : null;
    String name = object.anonymousName();
    return new Vma(
        snapshot.start(i),
        snapshot.end(i),
        Pages.count(file != null ? snapshot.offset(i) : snapshot.start(i)),
        snapshot.flags(i),
        HANDLE,
        file,
        null,
        object.isSpecial() ? new KernelMapping(object.name()) : null,
        name.isEmpty() ? VmaExtras.NONE : VmaExtras.NONE.withName(name));
  }

  private OpenFile file(int i, MappedObject object) {
    int open = snapshot.openFile(i);
    return open == Snapshot.UNKNOWN
        ? files.computeIfAbsent(snapshot.objectNumber(i), n -> open(object))
        : opened.computeIfAbsent(open, n -> open(object));
  }

  private static OpenFile open(MappedObject object) {
    Inode inode = new Inode(Inode.Type.REGULAR, ANY);
    return new OpenFile(inode, new DirectoryEntry(object.name()), OpenFile.O_RDWR, null);
  }

  // Nothing is done with these areas but to compare them.
  private static final VmaHandle HANDLE = VmaHandle.of(null);
  private static final FileSystem ANY = new FileSystem("", false, false);
}
