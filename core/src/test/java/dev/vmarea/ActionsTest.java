// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.CacheMode;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.MmapAction;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each action puts into the page tables, and what becomes of it in the life of a VMA. */
class ActionsTest {
  private static final long PFN = 0xd0000;
  private static final long REMAP_FLAGS =
      VmFlags.IO | VmFlags.PFNMAP | VmFlags.DONTEXPAND | VmFlags.DONTDUMP;

  private final HookLab lab = new HookLab(Profile.SETTLED);

  private PageProtection protection(long page) {
    return lab.space.mm().pageTables().format().protection(0, lab.entry(page));
  }

  private int reservations() {
    return lab.machine.kernel().pfnTracking().reservations().size();
  }

  private OpenFile remapping(CacheMode mode) {
    return HookLab.prepared(descriptor -> {
      descriptor.pageProtection(descriptor.pageProtection().withCacheMode(mode));
      descriptor.remapFull(PFN + descriptor.pgoff());
    });
  }

  @Test
  void remapFillsTheWholeVmaWithPages() {
    assertThat(lab.shared(remapping(CacheMode.UNCACHED_MINUS), 0, 4)).isEqualTo(lab.at(0));
    assertThat(lab.vma(0).has(REMAP_FLAGS)).isTrue();
    for (long page = 0; page < 4; page++) {
      assertThat(lab.pfn(page)).isEqualTo(PFN + page);
      assertThat(protection(page).cacheMode()).isEqualTo(CacheMode.UNCACHED_MINUS);
      assertThat(protection(page).isWritable()).isTrue();
    }
    assertThat(lab.entry(4)).isZero();
    assertThat(reservations()).isOne();
    lab.space.verify();
  }

  @Test
  void privateMemoryKeepsItsFirstFrameAsOffset() {
    assertThat(lab.privately(remapping(CacheMode.UNCACHED_MINUS), 0, 4)).isEqualTo(lab.at(0));
    assertThat(lab.vma(0).pgoff()).isEqualTo(PFN);
    assertThat(protection(0).isWritable()).as("a write copies").isFalse();
  }

  @Test
  void partOfAMappingIsRemappedToo() {
    OpenFile file = HookLab.prepared(d -> d.remap(d.start() + Pages.SIZE, PFN, 2 * Pages.SIZE));
    assertThat(lab.shared(file, 0, 4)).isEqualTo(lab.at(0));
    assertThat(lab.entry(0)).isZero();
    assertThat(lab.pfn(1)).isEqualTo(PFN);
    assertThat(lab.pfn(2)).isEqualTo(PFN + 1);
    assertThat(lab.entry(3)).isZero();
    assertThat(reservations()).as("only whole VMAs reserve").isZero();
    assertThat(lab.vma(0).pgoff()).isZero();
  }

  @Test
  void aSizeIsRoundedUpToPages() {
    OpenFile file = HookLab.prepared(d -> d.remap(d.start(), PFN, Pages.SIZE + 1));
    assertThat(lab.shared(file, 0, 4)).isEqualTo(lab.at(0));
    assertThat(lab.entry(1)).isNotZero();
    assertThat(lab.entry(2)).isZero();
  }

  @Test
  void conflictingCacheModesAreRefused() {
    assertThat(lab.shared(remapping(CacheMode.WRITE_COMBINING), 0, 4)).isEqualTo(lab.at(0));
    // What is wanted is not what is there: an uncached mapping gets write-combining all the same.
    assertThat(lab.shared(remapping(CacheMode.WRITE_COMBINING), 8, 12)).isEqualTo(lab.at(8));
    assertThat(reservations()).isEqualTo(2);
    OpenFile across =
        HookLab.prepared(d -> {
          d.pageProtection(d.pageProtection().withCacheMode(CacheMode.WRITE_THROUGH));
          d.remapFull(PFN);
        });
    long before = lab.space.mapCount();
    assertThat(lab.shared(across, 20, 24)).isEqualTo(Errno.EINVAL.negated());
    assertThat(lab.space.mapCount()).isEqualTo((int) before);
    assertThat(lab.entry(20)).isZero();
  }

  @Test
  void aReservationLivesAsLongAsTheLastPiece() throws Exception {
    lab.shared(remapping(CacheMode.UNCACHED_MINUS), 0, 6);
    lab.space.syscalls().munmap(lab.at(2), 2 * Pages.SIZE);
    assertThat(lab.space.mapCount()).isEqualTo(2);
    assertThat(lab.entry(2)).isZero();
    assertThat(lab.entry(5)).isNotZero();
    assertThat(reservations()).isOne();
    AddressSpace child = lab.space.fork(lab.space.task().copy());
    child.verify();
    // The same entry, but not accessed yet.
    assertThat(child.pageTables().entry(lab.at(5)))
        .isEqualTo(lab.entry(5) & ~PageProtection.ACCESSED);
    lab.space.exit();
    assertThat(reservations()).as("the child's").isOne();
    child.exit();
    assertThat(reservations()).isZero();
    assertThat(child.pageTables().entry(lab.at(5))).isZero();
  }

  @Test
  void mprotectKeepsTheCacheMode() {
    lab.shared(remapping(CacheMode.WRITE_COMBINING), 0, 4);
    assertThat(lab.space.syscalls().mprotect(lab.at(0), 4 * Pages.SIZE, 1)).isZero();
    assertThat(protection(0).isWritable()).isFalse();
    assertThat(protection(0).cacheMode()).isEqualTo(CacheMode.WRITE_COMBINING);
    assertThat(lab.space.syscalls().mprotect(lab.at(0), Pages.SIZE, 3)).isZero();
    assertThat(protection(0).isWritable()).isTrue();
    assertThat(protection(1).isWritable()).isFalse();
    lab.space.verify();
  }

  @Test
  void mremapMovesEntriesAndNeverGrows() {
    lab.shared(remapping(CacheMode.UNCACHED_MINUS), 0, 4);
    int fixed = MremapFlags.MAYMOVE | MremapFlags.FIXED;
    Syscalls calls = lab.space.syscalls();
    assertThat(calls.mremap(lab.at(0), 4 * Pages.SIZE, 8 * Pages.SIZE, 1, 0))
        .isEqualTo(Errno.EFAULT.negated());
    assertThat(
            calls.mremap(
                lab.at(0),
                4 * Pages.SIZE,
                4 * Pages.SIZE,
                fixed | MremapFlags.DONTUNMAP,
                lab.at(100)))
        .isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.mremap(lab.at(0), 4 * Pages.SIZE, 4 * Pages.SIZE, fixed, lab.at(1024)))
        .isEqualTo(lab.at(1024));
    assertThat(lab.entry(0)).isZero();
    assertThat(lab.pfn(1027)).isEqualTo(PFN + 3);
    assertThat(reservations()).isOne();
    lab.space.verify();
  }

  @Test
  void aMoveThatIsRefusedPutsEntriesBack() {
    VmOperations pinned =
        new VmOperations() {
          @Override
          public Errno mremap(Vma moved) {
            return Errno.EINVAL;
          }
        };
    OpenFile file =
        HookLab.prepared(d -> {
          d.vmOps(pinned);
          d.remapFull(PFN);
        });
    lab.shared(file, 0, 4);
    int fixed = MremapFlags.MAYMOVE | MremapFlags.FIXED;
    assertThat(
            lab.space
                .syscalls()
                .mremap(lab.at(0), 4 * Pages.SIZE, 4 * Pages.SIZE, fixed, lab.at(64)))
        .isEqualTo(Errno.EINVAL.negated());
    assertThat(lab.pfn(3)).isEqualTo(PFN + 3);
    assertThat(lab.entry(64)).isZero();
    assertThat(lab.vma(64)).isNull();
    assertThat(reservations()).isOne();
    lab.space.verify();
  }

  @Test
  void eachTableThatLacksUnmaps() {
    OpenFile file = remapping(CacheMode.UNCACHED_MINUS);
    for (int nth = 1; nth <= 3; nth++) {
      HookLab fresh = new HookLab(Profile.SETTLED);
      long result =
          fresh.failing(
              FailurePlan.nth(FailurePlan.Point.PAGE_TABLE, nth),
              () -> fresh.shared(file, 510, 514)); // two leaf tables
      assertThat(result).as("table " + nth).isEqualTo(Errno.ENOMEM.negated());
      assertThat(fresh.vma(510)).isNull();
      assertThat(fresh.entry(510)).isZero();
      assertThat(fresh.machine.kernel().pfnTracking().reservations()).isEmpty();
      fresh.space.verify();
    }
  }

  @Test
  void tablesGoWithTheLastMappingBelowThem() {
    lab.shared(remapping(CacheMode.UNCACHED_MINUS), 0, 4);
    lab.shared(remapping(CacheMode.UNCACHED_MINUS), 8, 12);
    long both = lab.space.pageTables().tablePages();
    lab.space.syscalls().munmap(lab.at(0), 4 * Pages.SIZE);
    assertThat(lab.space.pageTables().tablePages()).as("shared with a neighbour").isEqualTo(both);
    lab.space.syscalls().munmap(lab.at(8), 4 * Pages.SIZE);
    assertThat(lab.space.pageTables().tablePages()).isLessThan(both);
  }

  // Device memory of 16 pages from byte 0x800 of its first page on: 17 page frames.
  @ParameterizedTest
  @CsvSource({
    "0, 17, d0000", // all of it: 0x800 + 16 pages reach into a 17th
    "1, 17, d0001", // the last frame
    "5, 6, d0005",
    "16, 17, d0010",
  })
  void simpleIoRemapMapsFromTheOffsetOn(long first, long end, String pfn) {
    OpenFile file = HookLab.prepared(d -> d.simpleIoRemap((PFN << 12) + 0x800, 16 * Pages.SIZE));
    assertThat(lab.shared(file, first, end)).isEqualTo(lab.at(first));
    assertThat(lab.pfn(first)).isEqualTo(Long.parseLong(pfn, 16));
    assertThat(lab.pfn(end - 1)).isEqualTo(PFN + end - 1);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 18", // one page too many
    "17, 18", // begins at the end
    "18, 19", // begins behind it
    "100, 101",
  })
  void simpleIoRemapRefusesWhatTheDeviceLacks(long first, long end) {
    OpenFile file = HookLab.prepared(d -> d.simpleIoRemap((PFN << 12) + 0x800, 16 * Pages.SIZE));
    assertThat(lab.shared(file, first, end)).isEqualTo(Errno.EINVAL.negated());
    assertThat(lab.vma(first)).isNull();
  }

  @Test
  void simpleIoRemapRefusesMemoryThatWraps() {
    OpenFile file = HookLab.prepared(d -> d.simpleIoRemap(-Pages.SIZE, 2 * Pages.SIZE));
    assertThat(lab.shared(file, 0, 1)).isEqualTo(Errno.EINVAL.negated());
  }

  private List<Long> pages(int count) {
    try {
      List<Long> pfns = new ArrayList<>();
      for (KernelPage page : lab.machine.kernel().memory().allocatePages(count)) {
        pfns.add(page.pfn());
      }
      return pfns;
    } catch (ErrnoException noMemory) {
      throw new AssertionError(noMemory);
    }
  }

  private int references(long pfn) {
    KernelPage page = lab.machine.kernel().memory().page(pfn);
    return page == null ? 0 : page.references();
  }

  @Test
  void kernelPagesAreHeldByTheirMapping() {
    List<Long> pfns = pages(3);
    OpenFile file = HookLab.prepared(d -> d.mapKernelPages(d.start(), pfns));
    assertThat(lab.shared(file, 0, 4)).isEqualTo(lab.at(0));
    assertThat(lab.vma(0).has(VmFlags.MIXEDMAP)).isTrue();
    assertThat(lab.pfn(2)).isEqualTo(pfns.get(2));
    assertThat(lab.entry(3)).as("the rest stays unmapped").isZero();
    assertThat(references(pfns.get(0))).isEqualTo(2);
    lab.space.syscalls().munmap(lab.at(0), Pages.SIZE);
    assertThat(references(pfns.get(0))).isOne();
    assertThat(references(pfns.get(1))).isEqualTo(2);
    lab.space.exit();
    assertThat(references(pfns.get(1))).isOne();
  }

  @Test
  void aPageThatCannotBeMappedUndoesAll() throws Exception {
    List<Long> pfns = new ArrayList<>(pages(2));
    pfns.add(lab.machine.kernel().memory().allocatePage(KernelPage.Kind.SLAB).pfn());
    OpenFile file = HookLab.prepared(d -> d.mapKernelPages(d.start(), pfns));
    assertThat(lab.shared(file, 0, 4)).isEqualTo(Errno.EINVAL.negated());
    assertThat(lab.vma(0)).isNull();
    assertThat(references(pfns.get(0))).isOne();
    OpenFile unknown = HookLab.prepared(d -> d.mapKernelPages(d.start(), List.of(PFN)));
    assertThat(lab.shared(unknown, 0, 4)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void aMixedMapHasPagesAndFrames() {
    List<Long> pfns = pages(1);
    OpenFile file =
        HookLab.prepared(d ->
            d.action(
                new MmapAction.MixedMap(
                    List.of(
                        new MmapAction.MixedMap.Frames(d.start(), PFN, 2),
                        new MmapAction.MixedMap.Pages(d.start() + 3 * Pages.SIZE, pfns)))));
    assertThat(lab.shared(file, 0, 4)).isEqualTo(lab.at(0));
    assertThat(lab.pfn(1)).isEqualTo(PFN + 1);
    assertThat(lab.entry(2)).isZero();
    assertThat(lab.pfn(3)).isEqualTo(pfns.get(0));
    assertThat(lab.vma(0).has(VmFlags.PFNMAP)).isFalse();
    assertThat(lab.space.syscalls().madvise(lab.at(0), 4 * Pages.SIZE, 4)).isZero();
    assertThat(lab.entry(3)).as("MADV_DONTNEED").isZero();
    assertThat(references(pfns.get(0))).isOne();
  }

  @Test
  void memoryIsNoBareFrameOfAMixedMap() {
    long ram = pages(1).get(0);
    OpenFile file =
        HookLab.prepared(d ->
            d.action(
                new MmapAction.MixedMap(
                    List.of(new MmapAction.MixedMap.Frames(d.start(), ram, 1)))));
    assertThat(lab.shared(file, 0, 4)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void ioRemapTranslatesAndDecrypts() {
    HookLab alchemy = new HookLab(Profile.SETTLED, Architecture.MIPS_ALCHEMY);
    OpenFile file = HookLab.prepared(d -> d.ioRemapFull(0x40000));
    assertThat(alchemy.shared(file, 0, 4)).isEqualTo(alchemy.at(0));
    // 0x40000 << 12 = 0x40000000, the first byte of the window that lies at 0x440000000.
    assertThat(alchemy.pfn(0)).isEqualTo(0x440000);

    HookLab secret = new HookLab(Profile.SETTLED, Architecture.X86_64_ENCRYPTED);
    assertThat(secret.shared(file, 0, 4)).isEqualTo(secret.at(0));
    assertThat(secret.entry(0) & PageProtection.ENCRYPTED).isZero();
    OpenFile plain = HookLab.prepared(d -> d.remapFull(0x40000));
    assertThat(secret.shared(plain, 8, 12)).isEqualTo(secret.at(8));
    assertThat(secret.entry(8) & PageProtection.ENCRYPTED).isNotZero();
    assertThat(secret.pfn(8)).isEqualTo(0x40000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"V3_AS_POSTED", "LINUX_6_18", "SETTLED"})
  void anOldHookDoesTheSame(String profile) {
    HookLab old = new HookLab(Profile.named(profile));
    LegacyMmap hook =
        (file, vma) -> {
          vma.pageProtection(vma.pageProtection().noncached());
          vma.ioRemapPfnRange(vma.start(), PFN, vma.size(), vma.pageProtection());
        };
    assertThat(old.privately(HookLab.file(hook), 0, 4)).isEqualTo(old.at(0));
    assertThat(old.vma(0).has(REMAP_FLAGS)).isTrue();
    assertThat(old.vma(0).pgoff()).isEqualTo(PFN);
    assertThat(old.pfn(3)).isEqualTo(PFN + 3);
    LegacyMmap partial =
        (file, vma) -> vma.remapPfnRange(vma.start(), PFN, Pages.SIZE, vma.pageProtection());
    assertThat(old.privately(HookLab.file(partial), 8, 12)).isEqualTo(Errno.EINVAL.negated());
    LegacyMmap memory = (file, vma) -> vma.ioMapMemory(PFN << 12, 4 * Pages.SIZE);
    assertThat(old.shared(HookLab.file(memory), 0, 4)).isEqualTo(old.at(0));
    assertThat(old.shared(HookLab.file(memory), 1, 5)).isEqualTo(Errno.EINVAL.negated());
    old.space.verify();
  }

  @Test
  void aProcessorThatLeaksMapsNothingWithoutAccess() {
    lab.machine.kernel().highestMappablePfn(PFN - 1);
    lab.space.task().capabilities(0);
    OpenFile file =
        HookLab.prepared(d -> {
          d.vmFlags(d.vmFlags() & ~VmFlags.ACCESS);
          d.pageProtection(d.mm().protection(d.vmFlags()));
          d.remapFull(PFN);
        });
    assertThat(lab.shared(file, 0, 4)).isEqualTo(Errno.EACCES.negated());
    assertThat(lab.vma(0)).isNull();
    assertThat(reservations()).isZero();
  }

  @Test
  void onlyFramesThatAreNoMemoryCount() {
    // RAM ends where the devices begin: the range has frames of both.
    long edge = 0xc0000;
    lab.machine.kernel().highestMappablePfn(edge);
    lab.space.task().capabilities(0);
    OpenFile file =
        HookLab.prepared(d -> {
          d.vmFlags(d.vmFlags() & ~VmFlags.ACCESS);
          d.pageProtection(d.mm().protection(d.vmFlags()));
          d.remapFull(edge - 2);
        });
    assertThat(lab.shared(file, 0, 3)).as("up to the limit").isEqualTo(lab.at(0));
    assertThat(lab.shared(file, 8, 12)).as("one beyond").isEqualTo(Errno.EACCES.negated());
  }

  @Test
  void whereCacheModesAreNotTrackedWishesAreGranted() {
    HookLab mips = new HookLab(Profile.SETTLED, Architecture.MIPS);
    OpenFile file = HookLab.prepared(d -> d.remapFull(PFN));
    assertThat(mips.shared(file, 0, 4)).isEqualTo(mips.at(0));
    assertThat(mips.machine.kernel().pfnTracking().reservations()).isEmpty();
    PageProtection got = mips.space.mm().pageTables().format().protection(0, mips.entry(0));
    assertThat(got.cacheMode()).isEqualTo(CacheMode.WRITE_BACK);
  }

  @Test
  void aProtectionOfTheActionsOwnCounts() {
    OpenFile file =
        HookLab.prepared(d ->
            d.action(
                new MmapAction.RemapPfn(
                    d.start(), PFN, d.size(), d.pageProtection().writeCombine())));
    assertThat(lab.shared(file, 0, 4)).isEqualTo(lab.at(0));
    assertThat(protection(0).cacheMode()).isEqualTo(CacheMode.WRITE_COMBINING);
  }

  /** Answers faults: huge where it can. */
  private static final class Faulting implements VmOperations {
    final List<Integer> asked = new ArrayList<>();

    @Override
    public boolean hasFault() {
      return true;
    }

    @Override
    public FaultContext.Result fault(FaultContext fault) {
      asked.add(0);
      return fault.insertPfn(PFN + fault.pgoff());
    }

    @Override
    public FaultContext.Result hugeFault(FaultContext fault, int level) {
      asked.add(level);
      return level == 1
          ? fault.insertHuge(1, PFN + (fault.pgoff() & -512))
          : FaultContext.Result.FALLBACK;
    }
  }

  @Test
  void faultsAskForTheLargestEntryFirst() throws Exception {
    Faulting faulting = new Faulting();
    MmapPrepare hook =
        d -> {
          d.vmFlags(d.vmFlags() | VmFlags.PFNMAP | VmFlags.DONTEXPAND);
          d.vmOps(faulting);
        };
    lab.shared(HookLab.prepared(hook), 0, 1024 + 3);
    assertThat(lab.space.driverFault(lab.at(700) + 5, true)).isEqualTo(FaultContext.Result.NO_PAGE);
    assertThat(lab.space.pageTables().entryLevel(lab.at(600))).isOne();
    assertThat(lab.space.driverFault(lab.at(1025), false)).isEqualTo(FaultContext.Result.NO_PAGE);
    assertThat(lab.pfn(1025)).isEqualTo(PFN + 1025);
    assertThat(faulting.asked).containsExactly(1, 0);
    assertThat(lab.space.driverFault(lab.at(600), false)).isEqualTo(FaultContext.Result.NO_PAGE);
    assertThat(faulting.asked).as("there already").hasSize(2);
    lab.space.verify();
  }

  @Test
  void aHoleInAMappingOfFramesIsABusError() throws Exception {
    OpenFile file = HookLab.prepared(d -> d.remap(d.start(), PFN, Pages.SIZE));
    lab.shared(file, 0, 4);
    assertThat(lab.space.driverFault(lab.at(0), false)).isEqualTo(FaultContext.Result.NO_PAGE);
    assertThat(lab.space.driverFault(lab.at(1), false)).isEqualTo(FaultContext.Result.SIGBUS);
  }
}
