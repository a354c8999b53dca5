// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a prepare hook sees of the mapping to be made, and may change ({@code vm_area_desc}).
 *
 * <p>Fixed: address space, file, range. To be changed: page offset, the file that the VMA will
 * hold, flags, protection. To be given: callbacks, private data, an action and what follows it.
 *
 * <p>Belongs to its hook until the hook returns; who keeps it and writes to it later gets an {@link
 * IllegalStateException}, and no mapping changes. Not thread-safe.
 */
public final class VmaDescriptor implements HookedArea {
  private final HookedMm mm;
  private final long start;
  private final long end;
  private final OpenFile file;
  private long pgoff;
  private OpenFile vmFile;
  private long vmFlags;
  private PageProtection pageProtection;
  private @Nullable VmOperations vmOps;
  private @Nullable Object privateData;
  private MmapAction action = MmapAction.NOTHING;
  private @Nullable SuccessHook successHook;
  private @Nullable ErrorHook errorHook;
  private @Nullable Errno errorOverride;
  private boolean hideFromRmap;
  private boolean closed;

  /**
   * Describes a mapping of {@code file} at [start, end), in bytes, page aligned.
   *
   * @param vmFile the file the VMA holds so far: {@code file}, or the outer one of stacked files
   * @param pageProtection the protection so far
   * @param vmOps the callbacks so far
   */
  public VmaDescriptor(
      HookedMm mm,
      long start,
      long end,
      OpenFile file,
      long pgoff,
      OpenFile vmFile,
      long vmFlags,
      PageProtection pageProtection,
      @Nullable VmOperations vmOps) {
    this.mm = mm;
    this.start = start;
    this.end = end;
    this.file = file;
    this.pgoff = pgoff;
    this.vmFile = vmFile;
    this.vmFlags = vmFlags;
    this.pageProtection = pageProtection;
    this.vmOps = vmOps;
  }

  /** The address space. */
  @Override
  public HookedMm mm() {
    return mm;
  }

  /** First byte. */
  @Override
  public long start() {
    return start;
  }

  /** Byte after the last. */
  @Override
  public long end() {
    return end;
  }

  /** The file being mapped; below a stacked file the inner one. */
  public OpenFile file() {
    return file;
  }

  /** Offset in pages. */
  @Override
  public long pgoff() {
    return pgoff;
  }

  /** Replaces the offset, in pages. */
  @Override
  public void pgoff(long pages) {
    checkOpen();
    pgoff = pages;
  }

  /** The file the VMA will hold; starts as {@link #file()}. */
  public OpenFile vmFile() {
    return vmFile;
  }

  /**
   * Replaces the file the VMA will hold. The reference that the caller has of it becomes the VMA's.
   */
  public void vmFile(OpenFile replacement) {
    checkOpen();
    vmFile = replacement;
  }

  /** Set of {@link dev.vmarea.base.VmFlags}, the commit-charge bit already in it. */
  @Override
  public long vmFlags() {
    return vmFlags;
  }

  /** Replaces the flags. */
  @Override
  public void vmFlags(long flags) {
    checkOpen();
    vmFlags = flags;
  }

  /** Protection and cache mode of entries. */
  @Override
  public PageProtection pageProtection() {
    return pageProtection;
  }

  /** Replaces protection and cache mode; the access bits follow the flags in the end. */
  @Override
  public void pageProtection(PageProtection protection) {
    checkOpen();
    pageProtection = protection;
  }

  /** The callbacks the VMA will have. */
  @Override
  public @Nullable VmOperations vmOps() {
    return vmOps;
  }

  /** Sets the callbacks. */
  @Override
  public void vmOps(@Nullable VmOperations ops) {
    checkOpen();
    vmOps = ops;
  }

  /**
   * Makes the mapping anonymous memory that keeps its file (private {@code /dev/zero}).
   *
   * @throws IllegalStateException where the kernel has no way to say so (up to 7.1)
   */
  public void setAnonymous() {
    require(Difference.DESCRIPTOR_OPS_START_NULL, "a descriptor that can be made anonymous");
    vmOps(null);
  }

  /** What the driver keeps with the VMA, or null. */
  @Override
  public @Nullable Object privateData() {
    return privateData;
  }

  /** Sets what the driver keeps with the VMA. */
  @Override
  public void privateData(@Nullable Object data) {
    checkOpen();
    privateData = data;
  }

  /** What is to be done once the VMA exists. */
  public MmapAction action() {
    return action;
  }

  /**
   * Sets what is to be done once the VMA exists; the helpers below are the usual way.
   *
   * @throws IllegalStateException where the kernel does not have that action
   */
  public void action(MmapAction wanted) {
    checkOpen();
    switch (wanted) {
      case MmapAction.Nothing nothing -> {}
      case MmapAction.RemapPfn remap -> require(Difference.NO_ACTIONS, "actions");
      case MmapAction.IoRemapPfn remap -> require(Difference.NO_ACTIONS, "actions");
      case MmapAction.SimpleIoRemap remap ->
          require(Difference.NO_LATER_ACTIONS, "the simple I/O remap");
      case MmapAction.MapKernelPages pages ->
          require(Difference.NO_LATER_ACTIONS, "the mapping of kernel pages");
      case MmapAction.MixedMap mixed -> require(Difference.NO_MIXED_MAP, "the mixed map");
    }
    action = wanted;
  }

  /**
   * Asks for the page frames from {@code pfn} on at [from, from + bytes).
   *
   * <p>Call it last: in released kernels the entries get the protection that the descriptor has
   * now.
   */
  public void remap(long from, long pfn, long bytes) {
    checkRange(from, bytes);
    boolean stillIo =
        mm.profile().has(Difference.IO_FLAG_STICKS) && action instanceof MmapAction.IoRemapPfn;
    action(
        stillIo
            ? new MmapAction.IoRemapPfn(from, pfn, bytes, captured())
            : new MmapAction.RemapPfn(from, pfn, bytes, captured()));
  }

  /** The same for the whole range. */
  public void remapFull(long pfn) {
    remap(start, pfn, size());
  }

  /** The same for device memory. */
  public void ioRemap(long from, long pfn, long bytes) {
    checkRange(from, bytes);
    action(new MmapAction.IoRemapPfn(from, pfn, bytes, captured()));
  }

  /** The same for the whole range. */
  public void ioRemapFull(long pfn) {
    ioRemap(start, pfn, size());
  }

  /** Asks for the device memory [physical, physical + bytes), from the mapping's offset on. */
  public void simpleIoRemap(long physical, long bytes) {
    action(new MmapAction.SimpleIoRemap(physical, bytes));
  }

  /** Asks for pages of the kernel from {@code from} on. */
  public void mapKernelPages(long from, List<Long> pfns) {
    checkRange(from, Pages.bytes(pfns.size()));
    action(new MmapAction.MapKernelPages(from, pfns));
  }

  private @Nullable PageProtection captured() {
    return mm.profile().has(Difference.PROTECTION_CAPTURED_BY_HELPER) ? pageProtection : null;
  }

  private void checkRange(long from, long bytes) {
    boolean startsInside =
        Long.compareUnsigned(from, start) >= 0 && Long.compareUnsigned(from, end) < 0;
    if (!startsInside || Long.compareUnsigned(from + bytes, end) > 0) {
      mm.warn(
          new KernelWarning(
              KernelWarning.Kind.RULE,
              String.format(
                  "action [%x, %x) leaves the mapping [%x, %x)", from, from + bytes, start, end)));
    }
  }

  /** What is called when the action has succeeded, or null. */
  public @Nullable SuccessHook successHook() {
    return successHook;
  }

  /**
   * Sets what is called when the action has succeeded.
   *
   * @throws IllegalStateException where the kernel has no success hook
   */
  public void successHook(SuccessHook hook) {
    checkOpen();
    require(Difference.NO_SUCCESS_AND_ERROR_HOOKS, "success hooks");
    successHook = hook;
  }

  /** What is called when the action has failed, or null. */
  public @Nullable ErrorHook errorHook() {
    return errorHook;
  }

  /**
   * Sets what is called when the action has failed.
   *
   * @throws IllegalStateException where the kernel has no error hook
   */
  public void errorHook(ErrorHook hook) {
    checkOpen();
    require(Difference.NO_SUCCESS_AND_ERROR_HOOKS, "error hooks");
    errorHook = hook;
  }

  /** The error that replaces that of the action or of {@code mapped}, or null. */
  public @Nullable Errno errorOverride() {
    return errorOverride;
  }

  /**
   * Sets the error that replaces that of the action or of {@code mapped}.
   *
   * @throws IllegalStateException where the kernel has no such override
   */
  public void errorOverride(Errno error) {
    checkOpen();
    require(Difference.NO_ERROR_OVERRIDE, "error overrides");
    errorOverride = error;
  }

  /** Whether the VMA stays hidden from the file's reverse map until all is done. */
  public boolean hideFromRmapUntilComplete() {
    return hideFromRmap;
  }

  /**
   * Hides the VMA from the file's reverse map until all is done: its lock is held that long.
   *
   * @throws IllegalStateException where the kernel cannot
   */
  public void hideFromRmapUntilComplete(boolean hide) {
    checkOpen();
    require(Difference.NO_HIDING_FROM_RMAP, "hiding from the reverse map");
    hideFromRmap = hide;
  }

  /** The hook has returned: what it set counts, what it sets now does not. */
  public void close() {
    closed = true;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          String.format(
              "the descriptor of [%x, %x) is no longer its hook's: the hook has returned",
              start, end));
    }
  }

  private void require(Difference lacking, String what) {
    if (mm.profile().has(lacking)) {
      throw new IllegalStateException(mm.profile().name() + " does not have " + what);
    }
  }
}
