// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import dev.vmarea.base.Defects;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.files.KernelMapping;
import dev.vmarea.pagetable.PfnReservation;
import dev.vmarea.space.Mm;
import dev.vmarea.space.VmaLifecycle;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.DriverData;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.MappingImage;
import dev.vmarea.vma.MemoryPolicy;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.UserfaultContext;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what VMAs share, and VMAs, and puts them into an address space. */
final class VmaInput {
  private static final long KNOWN_FLAGS = (1L << 43) - 1;

  private final SectionInput in;
  private final Mm mm;
  private final RestoredFiles files;
  private final ImageResolver resolver;
  private final List<AnonVma> anons = new ArrayList<>();
  private final List<Owned<VmOperations>> callbacks = new ArrayList<>();
  private final List<Owned<Object>> privateData = new ArrayList<>();
  private final List<PfnReservation> reservations = new ArrayList<>();
  private final List<UserfaultContext> userfaults = new ArrayList<>();
  private long lastEnd;

  VmaInput(SectionInput in, Mm mm, RestoredFiles files, ImageResolver resolver) {
    this.in = in;
    this.mm = mm;
    this.files = files;
    this.resolver = resolver;
  }

  /** What the driver of a file has made. */
  private record Owned<T>(OpenFile file, T made) {}

  /** Reads the sections up to the VMAs, and the VMAs. */
  void read() throws IOException, ErrnoException {
    while (in.next(Section.ANON)) {
      anons.add(in.bool() ? AnonVma.fresh().forked() : AnonVma.fresh());
    }
    while (in.next(Section.CALL)) {
      callbacks.add(owned(MappingImage::restoreCallbacks));
    }
    while (in.next(Section.PRIV)) {
      privateData.add(owned(MappingImage::restorePrivateData));
    }
    while (in.next(Section.RESV)) {
      reservations.add(reservation());
    }
    while (in.next(Section.VMAS)) {
      insert(vma());
    }
  }

  /** Makes something of a driver's from its state. */
  @FunctionalInterface
  private interface Maker<T> {
    T make(MappingImage driver, byte[] state) throws ErrnoException;
  }

  private <T> Owned<T> owned(Maker<T> maker) throws IOException, ErrnoException {
    OpenFile file = files.file(in.existing(files.size()));
    byte[] state = in.bytes();
    MappingImage driver = driver(file);
    try {
      return new Owned<>(
          file, mm.lock().<T, ErrnoException>inHook(() -> maker.make(driver, state)));
    } catch (IllegalArgumentException refused) {
      throw new ImageException(
          "the driver of " + file.entry().path() + " cannot restore it", refused);
    }
  }

  private static MappingImage driver(OpenFile file) throws ImageException {
    if (file.operations() instanceof MappingImage driver) {
      return driver;
    }
    throw new ImageException(
        "the driver of " + file.entry().path() + " does not say how its mappings are restored");
  }

  private PfnReservation reservation() throws IOException, ErrnoException {
    long pfn = in.i64();
    long pages = in.i64();
    boolean tracked = in.bool();
    PageProtection wanted = new PageProtection(in.i64());
    if (pfn < 0 || pages <= 0 || pfn + pages < 0 || pfn + pages > 1L << 40) {
      throw in.problem("a reservation of no page frames");
    }
    PfnReservation made = mm.kernel().pfnTracking().reserve(pfn, pages, wanted);
    if (made.isTracked() != tracked || !made.protection().equals(wanted)) {
      made.release();
      throw new ImageException(
          "the page frames from " + Long.toHexString(pfn) + " on are cached otherwise here");
    }
    return made;
  }

  private Vma vma() throws IOException {
    long start = in.i64();
    long end = in.i64();
    long pgoff = in.i64();
    long flags = in.i64();
    checkRange(start, end);
    int fileNumber = in.index(files.size());
    OpenFile file = fileNumber == files.size() ? null : files.file(fileNumber);
    int anonNumber = in.index(anons.size());
    AnonVma anon = anonNumber == anons.size() ? null : anons.get(anonNumber);
    checkFlags(start, end, flags, file, anon);
    VmOperations ops = operations(file);
    VmaExtras extras = extras(file);
    lastEnd = end;
    return new Vma(start, end, pgoff, flags, VmaHandle.of(file), file, anon, ops, extras);
  }

  private void checkRange(long start, long end) throws ImageException {
    if (!Pages.isAligned(start | end) || start < lastEnd || end <= start) {
      throw in.problem(
          "no range, or out of order: " + Long.toHexString(start) + "-" + Long.toHexString(end));
    }
    if (end > mm.config().taskSize()) {
      throw new ImageException("user memory ends before " + Long.toHexString(end) + " here");
    }
  }

  private void checkFlags(
      long start, long end, long flags, @Nullable OpenFile file, @Nullable AnonVma anon)
      throws ImageException {
    boolean shared = (flags & VmFlags.MAYSHARE) != 0;
    FileOperations operations = file == null ? null : file.operations();
    long hugeSize = operations == null ? 0 : operations.hugePageSize();
    boolean huge = (flags & VmFlags.HUGETLB) != 0;
    if ((flags & ~KNOWN_FLAGS) != 0
        || (flags & VmFlags.ACCESS & ~(flags >>> 4)) != 0
        || (flags & VmFlags.SHARED) != 0 && (!shared || anon != null)
        || shared && file == null
        || huge != (hugeSize != 0)
        || huge && ((start | end) & (hugeSize - 1)) != 0) {
      throw in.problem("flags that no mapping has: " + VmFlags.mnemonics(flags));
    }
  }

  private @Nullable VmOperations operations(@Nullable OpenFile file) throws ImageException {
    return switch (in.constant(OperationsKind.class)) {
      case ANONYMOUS -> null;
      case NOTHING -> file == null ? without(file) : NoOperations.INSTANCE;
      case OF_FILE ->
          file != null && file.operations() instanceof VmOperations ops ? ops : without(file);
      case KERNEL -> new KernelMapping(in.text());
      case DRIVER -> {
        Owned<VmOperations> owned = callbacks.get(in.existing(callbacks.size()));
        yield file != null && sameDriver(owned.file(), file) ? owned.made() : without(file);
      }
    };
  }

  private static boolean sameDriver(OpenFile one, OpenFile other) {
    return one == other || one.inode() == other.inode();
  }

  private VmOperations without(@Nullable OpenFile file) throws ImageException {
    throw new ImageException(
        "callbacks that "
            + (file == null ? "memory without a file" : file.entry().path())
            + " does not have here");
  }

  private VmaExtras extras(@Nullable OpenFile file) throws ImageException {
    String name = in.bool() ? in.text() : null;
    MemoryPolicy policy =
        in.bool() ? new MemoryPolicy(in.i32(), in.i32(), in.i64(), in.i32()) : null;
    UserfaultContext userfault = userfault();
    int dataNumber = in.index(privateData.size());
    int reservationNumber = in.index(reservations.size());
    PageProtection protection = in.bool() ? new PageProtection(in.i64()) : null;
    boolean hasData = dataNumber != privateData.size();
    boolean hasReservation = reservationNumber != reservations.size();
    if (hasData && (file == null || !sameDriver(privateData.get(dataNumber).file(), file))) {
      throw in.problem("private data of another driver");
    }
    if (hasReservation && file == null) {
      throw in.problem("page frames without a file");
    }
    return VmaExtras.NONE
        .withName(name)
        .withPolicy(policy)
        .withUserfault(userfault)
        .withDriver(
            new DriverData(
                hasData ? privateData.get(dataNumber).made() : null,
                protection,
                hasReservation ? reservations.get(reservationNumber) : null));
  }

  private @Nullable UserfaultContext userfault() throws ImageFormatException {
    int number = in.index(userfaults.size() + 1);
    if (number == userfaults.size() + 1) {
      userfaults.add(resolver.userfault(number - 1));
    }
    return number == 0 ? null : userfaults.get(number - 1);
  }

  private void insert(Vma saved) {
    @Nullable Vma told = null;
    try {
      told = VmaLifecycle.copied(mm, saved);
    } finally {
      if (told == null) { // its references were taken before
        VmaLifecycle.forgotten(saved);
      }
    }
    Vma vma = told;
    mm.editor().insert(vma);
    mm.counters().map(vma.flags(), vma.pages());
    if (vma.has(VmFlags.LOCKED)) {
      mm.counters().lock(vma.pages());
    }
    if (vma.has(VmFlags.ACCOUNT)) {
      mm.uncharge(-vma.pages());
    }
  }

  /** Nothing is restored: drivers get back what they have made. */
  void undo() {
    Defects defects = new Defects();
    for (Owned<?> each : callbacks) {
      defects.keep(() -> giveUp(each));
    }
    for (Owned<?> each : privateData) {
      defects.keep(() -> giveUp(each));
    }
    release();
    defects.rethrow();
  }

  private static void giveUp(Owned<?> owned) {
    if (owned.file().operations() instanceof MappingImage driver && owned.made() != null) {
      driver.giveUp(owned.made());
    }
  }

  /** Gives back what was held for VMAs to share. */
  void release() {
    reservations.forEach(PfnReservation::release);
    reservations.clear();
  }
}
