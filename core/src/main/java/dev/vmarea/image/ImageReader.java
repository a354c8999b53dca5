// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import dev.vmarea.base.Defects;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.mapping.ForkOperation;
import dev.vmarea.space.AsyncIoContexts;
import dev.vmarea.space.Mm;
import dev.vmarea.space.MmVerifier;
import dev.vmarea.space.ProgramLayout;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes an address space from what {@link ImageWriter} wrote, or nothing at all: when reading fails
 * nothing is left on the machine.
 */
public final class ImageReader {
  private final SectionInput in;
  private final ImageTarget target;
  private final ImageResolver resolver;
  private final boolean last;
  private @Nullable Mm mm;
  private @Nullable RestoredFiles files;
  private @Nullable VmaInput vmas;
  private long lockedVm;
  private boolean hadTables;
  private long requests;

  private ImageReader(SectionInput in, ImageTarget target, ImageResolver resolver, boolean last) {
    this.last = last;
    this.in = in;
    this.target = target;
    this.resolver = resolver;
  }

  /**
   * Reads an address space from {@code stream}, up to the last byte of the image.
   *
   * @param last whether the stream must end there
   * @throws ImageFormatException for what is no image, or a damaged one
   * @throws ImageException for one that does not suit this machine, its files or their drivers
   * @throws ErrnoException ENOMEM if memory or the commit charge does not suffice, or what a driver
   *     says
   * @throws IOException what the stream says
   */
  public static Mm read(
      InputStream stream, ImageTarget target, ImageResolver resolver, boolean last)
      throws IOException, ErrnoException {
    ImageReader reader = new ImageReader(new SectionInput(stream), target, resolver, last);
    boolean complete = false;
    try {
      Mm made = reader.readAll();
      complete = true;
      return made;
    } finally {
      if (!complete) {
        reader.undo();
      }
    }
  }

  private Mm readAll() throws IOException, ErrnoException {
    machine();
    Mm made = space();
    mm = made;
    made.lock().lock();
    try {
      RestoredFiles restored = new RestoredFiles(in, target, resolver, made);
      files = restored;
      restored.read();
      VmaInput areas = new VmaInput(in, made, restored, resolver);
      vmas = areas;
      areas.read();
      contexts(made, restored);
      new EntryInput(in, made, restored).read();
      in.end(last);
      if (hadTables) {
        made.pageTables();
      }
      lockedPages(made);
      check(made);
      target.kernel().asyncIoRequests().addAndGet(requests);
      restored.commit();
      areas.release();
      restored.release();
      return made;
    } finally {
      made.lock().unlock();
    }
  }

  private void undo() {
    Defects defects = new Defects(); // of drivers
    if (mm != null) {
      Mm made = mm;
      defects.keep(() -> ForkOperation.exit(made));
    }
    if (vmas != null) {
      defects.keep(vmas::undo);
    }
    if (files != null) {
      defects.keep(files::undo);
    }
    defects.rethrow();
  }

  private void machine() throws IOException {
    in.only(Section.MACH);
    String profile = in.text();
    String architecture = in.text();
    String here = target.kernel().profile().name();
    if (!profile.equals(here)) {
      throw new ImageException("saved under profile " + profile + ", this machine has " + here);
    }
    String processor = target.kernel().architecture().name();
    if (!architecture.equals(processor)) {
      throw new ImageException("saved on " + architecture + ", this machine is " + processor);
    }
  }

  private Mm space() throws IOException {
    in.only(Section.SPAC);
    ProgramLayout layout = new ProgramLayout();
    layout.startCode = in.i64();
    layout.endCode = in.i64();
    layout.startData = in.i64();
    layout.endData = in.i64();
    layout.startBrk = in.i64();
    layout.brk = in.i64();
    layout.startStack = in.i64();
    layout.argStart = in.i64();
    layout.argEnd = in.i64();
    layout.envStart = in.i64();
    layout.envEnd = in.i64();
    layout.mmapBase = in.i64();
    layout.legacyBase = in.i64();
    layout.bottomUp = in.bool();
    Mm made = new Mm(target.kernel(), layout);
    long defFlags = in.i64();
    if ((defFlags & ~(VmFlags.LOCKED_MASK | VmFlags.NOHUGEPAGE)) != 0) {
      throw in.problem("flags for new mappings: " + VmFlags.mnemonics(defFlags));
    }
    made.defFlags(defFlags);
    made.ksmMergeAny(in.bool());
    made.denyWriteExec(in.bool(), in.bool());
    lockedVm = in.i64();
    hadTables = in.bool();
    return made;
  }

  private void contexts(Mm made, RestoredFiles restored) throws IOException {
    while (in.next(Section.AIOC)) {
      AsyncIoContexts.Context context =
          new AsyncIoContexts.Context(
              restored.file(in.existing(restored.size())), in.i64(), in.i64(), in.i64());
      if (context.requests() <= 0 || context.requests() > 1 << 20 || context.length() <= 0) {
        throw in.problem("a context of asynchronous I/O for " + context.requests());
      }
      made.asyncIo().add(context);
      requests += context.requests();
    }
  }

  /** Locked pages may be counted that are not locked: see {@link MmVerifier}. */
  private void lockedPages(Mm made) throws ImageFormatException {
    long surplus = lockedVm - made.counters().lockedVm();
    if (surplus < 0) {
      throw in.problem("locked pages: " + lockedVm + ", in areas " + made.counters().lockedVm());
    }
    made.counters().lock(surplus);
  }

  private void check(Mm made) throws ImageFormatException {
    try {
      MmVerifier.verify(made);
    } catch (IllegalStateException broken) {
      ImageFormatException problem = in.problem("no address space: " + broken.getMessage());
      problem.initCause(broken);
      throw problem;
    }
  }
}
