// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.MappedArea;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Each documented defect, shown by a test double: the profiles that show it are exactly the kernels
 * that had it, the series as posted among them, and never {@code SETTLED}. "G" and "trap" numbers
 * are those of docs/series.md.
 */
class ProfileDefectsTest {
  private static final long PFN = 0xd0000;
  private static final String V3 = "V3_AS_POSTED";
  private static final String K18 = "LINUX_6_18";
  private static final String K19 = "LINUX_6_19";
  private static final String K71 = "LINUX_7_1";
  private static final String K72 = "LINUX_7_2";

  /** Callbacks that do nothing but are not the dummy ones. */
  private static final class Callbacks implements VmOperations {
    int references;

    @Override
    public boolean hasClose() {
      return true;
    }

    @Override
    public void mapped(MappedArea area) {
      references++;
    }

    @Override
    public void open(Vma vma) {
      references++;
    }

    @Override
    public void close(Vma vma) {
      references--;
    }
  }

  private record Defect(Predicate<Profile> shows, List<String> expected) {}

  private final Map<String, Defect> defects = new LinkedHashMap<>();

  private void defect(String name, Predicate<Profile> shows, String... expected) {
    defects.put(name, new Defect(shows, Arrays.asList(expected)));
  }

  @TestFactory
  Stream<DynamicTest> defects() {
    declare();
    return defects.entrySet().stream()
        .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> check(entry)));
  }

  private static void check(Entry<String, Defect> entry) {
    List<String> shown = new ArrayList<>();
    for (Profile profile : Profile.all()) {
      if (entry.getValue().shows.test(profile)) {
        shown.add(profile.name());
      }
    }
    assertThat(shown).containsExactlyInAnyOrderElementsOf(entry.getValue().expected);
  }

  private void declare() {
    defect("G1: found without private data", this::foundIncomplete, V3, K18, K19, K71, K72);
    defect("G5, trap 1: charge of a failed hook", this::chargeOfFailedHook, V3, K18, K19, K71);
    defect("trap 2: inherited charge", this::inheritedCharge, V3, K18, K19, K71, K72);
    defect("G9, trap 3: success hook fails, VMA stays", this::successHookKeeps, V3, K19);
    defect("trap 4: part of copy-on-write memory", this::partOfCow, V3, K19);
    defect("trap 5: entries outside the VMA", this::outside, V3, K19);
    defect("trap 6: I/O flag sticks", this::ioFlagSticks, V3);
    defect("trap 7: private /dev/zero is not anonymous", this::zeroNotAnonymous, V3);
    defect("G7, trap 8: replaced file never freed", this::replacedFileStays, V3, K18);
    defect("trap 8: replaced file of a failed mmap", this::replacedFileOfFailed, V3, K18, K19);
    defect("trap 9: replaced below the layer", this::replacedBelow, V3, K18, K19, K71, K72);
    defect("trap 10: unmaps with rmap locked", this::hangs, K19);
    defect("trap 11: unlocks after free", this::unlocksFreed, K19);
    defect("G11, trap 12: layer unmaps old VMAs", this::layerUnmaps, V3, K19);
    defect("G12, trap 13: layer cannot clear", this::layerCannotClear, V3, K18, K19);
    defect("trap 14: layer makes anonymous", this::layerMakesAnonymous, V3, K18, K19, K71);
    defect("layer unlocks what is not locked", this::layerUnlocks, K19);
    defect("layer forgets what was counted", this::layerForgets, K71);
    defect("trap 17: merge drops what follows", this::mergeDrops, V3, K19, K71);
    defect("G8, trap 18: merge changes neighbour", this::mergeChanges, V3, K18, K19, K71, K72);
    defect("trap 19: protection captured early", this::protectionCaptured, V3, K19, K71, K72);
    defect("trap 20: counted per attempt", this::countedPerAttempt, V3, K18, K19);
    defect("trap 25: no MMU, no error", this::noMmuIgnored, V3);
    defect("G10, trap 26: empty VMA stays", this::emptyVmaStays, V3, K19, K71, K72);
    defect("error hook clears the error", this::errorHookClears, V3, K19, K71);
    defect("nonsense of a hook is taken", this::nonsenseTaken, V3, K18, K19, K71, K72);
    defect("trap 33: kept source", this::keptSource, V3, K18, K19, K71, K72);
    defect("trap 33: kept source without charge", this::keptFree, V3, K18, K19, K71, K72);
    defect("trap 34: refused growth", this::refusedGrowth, V3, K18, K19, K71, K72);
  }

  private static boolean hasActions(Profile profile) {
    return !profile.has(Difference.NO_ACTIONS);
  }

  private static boolean hasSuccessHooks(Profile profile) {
    return !profile.has(Difference.NO_SUCCESS_AND_ERROR_HOOKS);
  }

  private static final MmapPrepare REFUSES =
      descriptor -> {
        throw Errno.EINVAL.failure();
      };

  private boolean foundIncomplete(Profile profile) {
    HookLab lab = new HookLab(profile);
    OpenFile file =
        HookLab.prepared(descriptor -> {
          descriptor.vmOps(new Callbacks());
          descriptor.privateData("mine");
        });
    List<@Nullable Object> seen = new ArrayList<>();
    file.inode().reverseMap().watch(vma -> seen.add(vma.privateData()));
    lab.shared(file, 0, 4);
    assertThat(seen).hasSize(1);
    return seen.getFirst() == null;
  }

  private boolean chargeOfFailedHook(Profile profile) {
    HookLab lab = new HookLab(profile);
    assertThat(lab.privately(HookLab.prepared(REFUSES), 0, 4)).isEqualTo(Errno.EINVAL.negated());
    return lab.committed() == 4;
  }

  private boolean inheritedCharge(Profile profile) {
    HookLab lab = new HookLab(profile);
    lab.anonymous(0, 4);
    OpenFile file = HookLab.prepared(descriptor -> {});
    long result =
        lab.failing(FailurePlan.nth(FailurePlan.Point.VMA, 1), () -> lab.privately(file, 0, 4));
    assertThat(result).isEqualTo(Errno.ENOMEM.negated());
    assertThat(lab.vma(0)).isNull();
    return lab.committed() == 4;
  }

  private boolean successHookKeeps(Profile profile) {
    if (!hasSuccessHooks(profile)) {
      return false;
    }
    HookLab lab = new HookLab(profile);
    OpenFile file =
        HookLab.prepared(descriptor -> {
          descriptor.vmFlags(descriptor.vmFlags() | VmFlags.DONTEXPAND);
          descriptor.successHook(vma -> {
            throw Errno.EBUSY.failure();
          });
        });
    assertThat(lab.shared(file, 0, 4)).isEqualTo(Errno.EBUSY.negated());
    return lab.vma(0) != null;
  }

  private boolean partOfCow(Profile profile) {
    if (!hasActions(profile)) {
      return false;
    }
    HookLab lab = new HookLab(profile);
    OpenFile file =
        HookLab.prepared(
            descriptor -> descriptor.remap(descriptor.start() + Pages.SIZE, PFN, Pages.SIZE));
    long result = lab.privately(file, 0, 4);
    Vma vma = lab.vma(0);
    if (vma == null) {
      assertThat(result).isEqualTo(Errno.EINVAL.negated());
      return false;
    }
    return vma.pgoff() == PFN && lab.entry(1) != 0;
  }

  private boolean outside(Profile profile) {
    if (!hasActions(profile)) {
      return false;
    }
    HookLab lab = new HookLab(profile);
    OpenFile file =
        HookLab.prepared(
            descriptor -> descriptor.remap(descriptor.start(), PFN, descriptor.size() * 2));
    long result = lab.shared(file, 0, 4);
    assertThat(lab.warned(KernelWarning.Kind.RULE)).isTrue();
    boolean shown = lab.entry(5) != 0;
    assertThat(result == Errno.EFAULT.negated()).isNotEqualTo(shown);
    return shown;
  }

  private boolean ioFlagSticks(Profile profile) {
    if (!hasActions(profile)) {
      return false;
    }
    HookLab lab = new HookLab(profile, Architecture.MIPS_ALCHEMY);
    long inWindow = 0x40000;
    OpenFile file =
        HookLab.prepared(descriptor -> {
          descriptor.ioRemapFull(inWindow);
          descriptor.remapFull(inWindow);
        });
    lab.shared(file, 0, 4);
    return lab.pfn(0) != inWindow;
  }

  /** Each kernel's own way to say it. */
  private boolean zeroNotAnonymous(Profile profile) {
    if (profile.has(Difference.NO_ACTIONS)) {
      return false; // still an old hook there
    }
    HookLab lab = new HookLab(profile);
    OpenFile zero =
        HookLab.prepared(descriptor -> {
          if (!profile.has(Difference.DESCRIPTOR_OPS_START_NULL)) {
            descriptor.setAnonymous();
          } else if (profile.equals(Profile.V3_AS_POSTED)) {
            descriptor.vmOps(null);
          } else {
            descriptor.successHook(vma -> vma.setAnonymous());
          }
        });
    lab.privately(zero, 0, 4);
    Vma vma = lab.vma(0);
    return vma == null || !vma.isAnonymous();
  }

  private static MmapPrepare replacing(List<OpenFile> replacements) {
    return descriptor -> {
      OpenFile fresh = HookLab.file("/fresh", (MmapPrepare) inner -> {});
      replacements.add(fresh);
      descriptor.vmFile(fresh);
    };
  }

  private boolean replacedFileStays(Profile profile) {
    HookLab lab = new HookLab(profile);
    List<OpenFile> replacements = new ArrayList<>();
    lab.shared(HookLab.prepared(replacing(replacements)), 0, 4);
    lab.space.exit();
    return replacements.getFirst().references() > 0;
  }

  private boolean replacedFileOfFailed(Profile profile) {
    HookLab lab = new HookLab(profile);
    List<OpenFile> replacements = new ArrayList<>();
    OpenFile file = HookLab.prepared(replacing(replacements));
    lab.failing(FailurePlan.nth(FailurePlan.Point.VMA, 1), () -> lab.shared(file, 0, 4));
    return replacements.getFirst().references() > 0;
  }

  private boolean replacedBelow(Profile profile) {
    HookLab lab = new HookLab(profile);
    List<OpenFile> replacements = new ArrayList<>();
    OpenFile inner = HookLab.prepared(replacing(replacements));
    lab.shared(HookLab.stackedOn(inner), 0, 4);
    lab.space.exit();
    return replacements.getFirst().references() > 0;
  }

  private HookLab hiddenAndFailing(Profile profile) {
    HookLab lab = new HookLab(profile);
    OpenFile file =
        HookLab.prepared(descriptor -> {
          descriptor.hideFromRmapUntilComplete(true);
          descriptor.remapFull(PFN);
        });
    long result =
        lab.failing(FailurePlan.nth(FailurePlan.Point.PAGE_TABLE, 1), () -> lab.shared(file, 0, 4));
    assertThat(result).isEqualTo(Errno.ENOMEM.negated());
    assertThat(file.inode().reverseMap().lock().isLocked()).isFalse();
    return lab;
  }

  private boolean hangs(Profile profile) {
    return !profile.has(Difference.NO_HIDING_FROM_RMAP)
        && hiddenAndFailing(profile).warned(KernelWarning.Kind.SELF_DEADLOCK);
  }

  private boolean unlocksFreed(Profile profile) {
    return !profile.has(Difference.NO_HIDING_FROM_RMAP)
        && hiddenAndFailing(profile).warned(KernelWarning.Kind.USE_AFTER_FREE);
  }

  private boolean layerUnmaps(Profile profile) {
    if (!hasActions(profile)) {
      return false;
    }
    HookLab lab = new HookLab(profile);
    lab.anonymous(0, 4);
    OpenFile inner = HookLab.prepared(descriptor -> descriptor.remapFull(PFN));
    OpenFile stacked = HookLab.stackedOn(inner);
    long result =
        lab.failing(
            FailurePlan.nth(FailurePlan.Point.PAGE_TABLE, 1), () -> lab.shared(stacked, 0, 4));
    assertThat(result).isEqualTo(Errno.ENOMEM.negated());
    return lab.warned(KernelWarning.Kind.DOUBLE_DETACH);
  }

  private boolean layerCannotClear(Profile profile) {
    HookLab lab = new HookLab(profile);
    OpenFile inner =
        HookLab.prepared(descriptor -> descriptor.vmFlags(descriptor.vmFlags() & ~VmFlags.MAYEXEC));
    lab.shared(HookLab.stackedOn(inner), 0, 4);
    return lab.vma(0).has(VmFlags.MAYEXEC);
  }

  private boolean layerMakesAnonymous(Profile profile) {
    HookLab lab = new HookLab(profile);
    OpenFile inner = HookLab.prepared(descriptor -> {});
    lab.shared(HookLab.stackedOn(inner), 0, 4);
    return lab.vma(0).isAnonymous();
  }

  private boolean layerUnlocks(Profile profile) {
    if (profile.has(Difference.NO_HIDING_FROM_RMAP)) {
      return false;
    }
    HookLab lab = new HookLab(profile);
    OpenFile inner = HookLab.prepared(descriptor -> descriptor.hideFromRmapUntilComplete(true));
    lab.shared(HookLab.stackedOn(inner), 0, 4);
    return lab.warned(KernelWarning.Kind.UNBALANCED_UNLOCK);
  }

  private boolean layerForgets(Profile profile) {
    if (profile.has(Difference.NO_MAPPED) || !hasSuccessHooks(profile)) {
      return false;
    }
    HookLab lab = new HookLab(profile);
    Callbacks callbacks = new Callbacks();
    OpenFile inner =
        HookLab.prepared(descriptor -> {
          descriptor.vmOps(callbacks);
          descriptor.successHook(vma -> {
            throw Errno.EBUSY.failure();
          });
        });
    assertThat(lab.shared(HookLab.stackedOn(inner), 0, 4)).isEqualTo(Errno.EBUSY.negated());
    return callbacks.references != 0;
  }

  private boolean mergeDrops(Profile profile) {
    if (!hasSuccessHooks(profile)) {
      return false;
    }
    HookLab lab = new HookLab(profile);
    int[] called = new int[1];
    OpenFile file =
        HookLab.prepared(descriptor -> {
          if (descriptor.pgoff() != 0) {
            descriptor.successHook(vma -> called[0]++);
          }
        });
    lab.shared(file, 0, 4);
    long result = lab.shared(file, 4, 8);
    return !Errno.isError(result) && called[0] == 0;
  }

  private boolean mergeChanges(Profile profile) {
    HookLab lab = new HookLab(profile);
    OpenFile file =
        HookLab.prepared(descriptor -> {
          descriptor.vmOps(new Callbacks());
          descriptor.privateData("attempt at " + descriptor.pgoff());
        });
    lab.shared(file, 0, 4);
    lab.shared(file, 4, 8);
    assertThat(lab.space.mapCount()).isOne();
    return "attempt at 4".equals(lab.vma(0).privateData());
  }

  private boolean protectionCaptured(Profile profile) {
    if (!hasActions(profile)) {
      return false;
    }
    HookLab lab = new HookLab(profile);
    OpenFile file =
        HookLab.prepared(descriptor -> {
          descriptor.remapFull(PFN);
          descriptor.pageProtection(descriptor.pageProtection().writeCombine());
        });
    lab.shared(file, 0, 4);
    long wanted = lab.vma(0).extras().driver().protection().bits();
    long got = lab.space.mm().pageTables().format().protection(0, lab.entry(0)).bits();
    long cache = dev.vmarea.base.PageProtection.CACHE_MASK;
    return (wanted & cache) != (got & cache);
  }

  /** Counts where the kernel lets it: in the hook, or in {@code mapped}. */
  private boolean countedPerAttempt(Profile profile) {
    HookLab lab = new HookLab(profile);
    Callbacks callbacks = new Callbacks();
    OpenFile file =
        HookLab.prepared(descriptor -> {
          descriptor.vmOps(callbacks);
          if (profile.has(Difference.NO_MAPPED)) {
            callbacks.references++;
          }
        });
    lab.shared(file, 0, 4);
    lab.shared(file, 4, 8);
    lab.failing(FailurePlan.nth(FailurePlan.Point.VMA, 1), () -> lab.shared(file, 20, 24));
    lab.space.exit();
    return callbacks.references != 0;
  }

  private boolean noMmuIgnored(Profile profile) {
    if (!hasActions(profile)) {
      return false;
    }
    HookLab lab = new HookLab(profile, Architecture.NOMMU);
    OpenFile file = HookLab.prepared(descriptor -> descriptor.remapFull(PFN));
    long result = lab.shared(file, 0, 4);
    boolean ignored = !Errno.isError(result);
    assertThat(ignored || result == Errno.EINVAL.negated() && lab.vma(0) == null).isTrue();
    return ignored;
  }

  private boolean emptyVmaStays(Profile profile) {
    if (!hasActions(profile)) {
      return false;
    }
    HookLab lab = new HookLab(profile);
    OpenFile file = HookLab.prepared(descriptor -> descriptor.remapFull(PFN));
    boolean[] acting = new boolean[1];
    FailurePlan both =
        point -> {
          acting[0] |= point == FailurePlan.Point.PAGE_TABLE;
          return point == FailurePlan.Point.PAGE_TABLE
              || acting[0] && point == FailurePlan.Point.TREE_NODE;
        };
    long result = lab.failing(both, () -> lab.shared(file, 0, 4));
    assertThat(result).isEqualTo(Errno.ENOMEM.negated());
    return lab.vma(0) != null;
  }

  private boolean errorHookClears(Profile profile) {
    if (!hasSuccessHooks(profile)) {
      return false;
    }
    HookLab lab = new HookLab(profile);
    OpenFile file =
        HookLab.prepared(descriptor -> {
          descriptor.remapFull(PFN);
          descriptor.errorHook(error -> null);
        });
    long result =
        lab.failing(FailurePlan.nth(FailurePlan.Point.PAGE_TABLE, 1), () -> lab.shared(file, 0, 4));
    assertThat(lab.vma(0)).isNull();
    assertThat(lab.warned(KernelWarning.Kind.RULE)).isTrue();
    return !Errno.isError(result);
  }

  private boolean nonsenseTaken(Profile profile) {
    HookLab lab = new HookLab(profile);
    OpenFile file =
        HookLab.prepared(descriptor ->
            descriptor.vmFlags(descriptor.vmFlags() | VmFlags.PFNMAP | VmFlags.MIXEDMAP));
    return !Errno.isError(lab.shared(file, 0, 4));
  }

  /** The part that moved is charged at both places. */
  private boolean keptSource(Profile profile) {
    HookLab lab = new HookLab(profile);
    lab.anonymous(0, 4);
    moveKeepingSource(lab, 1, 2);
    assertThat(lab.vma(1)).isNotNull();
    assertThat(lab.committed()).isEqualTo(6);
    lab.space.syscalls().munmap(lab.base, Pages.bytes(16));
    return lab.committed() == 4;
  }

  private boolean keptFree(Profile profile) {
    HookLab lab = new HookLab(profile);
    lab.shared(HookLab.prepared(descriptor -> {}), 0, 2);
    moveKeepingSource(lab, 0, 2);
    assertThat(lab.vma(0)).isNotNull();
    lab.space.syscalls().munmap(lab.base, Pages.bytes(16));
    return lab.committed() == 2;
  }

  /** Moves pages to page 8, with no memory to take the old ones out of the tree. */
  private static void moveKeepingSource(HookLab lab, long page, long pages) {
    FailurePlan afterCopy = point -> point == FailurePlan.Point.TREE_NODE && lab.vma(8) != null;
    long bytes = Pages.bytes(pages);
    int fixed = MremapFlags.MAYMOVE | MremapFlags.FIXED;
    long moved =
        lab.failing(
            afterCopy,
            () -> lab.space.syscalls().mremap(lab.at(page), bytes, bytes, fixed, lab.at(8)));
    assertThat(moved).isEqualTo(lab.at(8));
  }

  private boolean refusedGrowth(Profile profile) {
    VmOperations staying =
        new VmOperations() {
          @Override
          public Errno mremap(Vma vma) {
            return Errno.EINVAL;
          }
        };
    HookLab lab = new HookLab(profile);
    lab.privately(HookLab.prepared(descriptor -> descriptor.vmOps(staying)), 0, 2);
    int fixed = MremapFlags.MAYMOVE | MremapFlags.FIXED;
    long result =
        lab.space.syscalls().mremap(lab.at(0), Pages.bytes(2), Pages.bytes(5), fixed, lab.at(8));
    assertThat(result).isEqualTo(Errno.EINVAL.negated());
    assertThat(lab.vma(8)).isNull();
    lab.space.syscalls().munmap(lab.base, Pages.bytes(16));
    return lab.committed() == 3;
  }
}
