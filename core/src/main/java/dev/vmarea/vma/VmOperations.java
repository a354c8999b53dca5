// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import org.jspecify.annotations.Nullable;

/**
 * Callbacks of a VMA ({@code vm_operations_struct}). A VMA without any is anonymous.
 *
 * <p>Called with the address space locked. What a driver keeps with the VMA is in {@link
 * Vma#privateData}.
 */
public interface VmOperations {
  /**
   * Whether a read fault may map pages of the file around the one it needs, as far as they are in
   * memory ({@code map_pages}). Asked only of files whose pages the page cache has.
   */
  default boolean mapsAround() {
    return true;
  }

  /** Whether there is a {@code close} callback: such a VMA is never deleted by a merge. */
  default boolean hasClose() {
    return false;
  }

  /**
   * Whether the memory is taken out of the kernel's own mappings (memfd_secret): it is always
   * locked, and nothing may be faulted in on behalf of others.
   */
  default boolean isSecret() {
    return false;
  }

  /**
   * A prepare hook's mapping made a new VMA with these operations: the place to count it. Once a
   * mapping, right after its action; not told of merges, splits, forks and moves ({@link #open}
   * is). From Linux 7.1 on.
   *
   * @throws ErrnoException the error that mmap returns; the VMA is unmapped again, so that {@link
   *     #close} is called
   */
  default void mapped(MappedArea area) throws ErrnoException {}

  /** A VMA with these operations was duplicated: split, fork or move. */
  default void open(Vma vma) {}

  /** A VMA with these operations goes away. */
  default void close(Vma vma) {}

  /**
   * Whether {@code vma} may be cut at {@code address} (bytes, page aligned, strictly inside).
   *
   * @return null if it may, else the error
   */
  default @Nullable Errno maySplit(Vma vma, long address) {
    return null;
  }

  /**
   * Told that {@code moved} is the VMA at its new place.
   *
   * @return null, or the error that undoes the move
   */
  default @Nullable Errno mremap(Vma moved) {
    return null;
  }

  /** Whether there is a {@code fault} callback; without one what is not mapped is SIGBUS. */
  default boolean hasFault() {
    return false;
  }

  /** A page without entry was touched. */
  default FaultContext.Result fault(FaultContext fault) {
    return FaultContext.Result.SIGBUS;
  }

  /**
   * The same, for a huge entry.
   *
   * @param level as {@link FaultContext#insertHuge}
   * @return FALLBACK to be asked for a smaller one
   */
  default FaultContext.Result hugeFault(FaultContext fault, int level) {
    return FaultContext.Result.FALLBACK;
  }

  /**
   * What the driver keeps with {@code copy}, a duplicate of a VMA that it is about to be {@link
   * #open told} of. The duplicate has the private data of its original so far.
   *
   * @param child whether a child process gets it (fork), and not the same one (split, move)
   */
  default @Nullable Object privateDataOfCopy(Vma copy, boolean child) {
    return copy.privateData();
  }

  /**
   * What the driver keeps with {@code source}, a VMA of which all or a part has moved elsewhere:
   * what was reserved for it has gone along.
   */
  default @Nullable Object privateDataLeftBehind(Vma source) {
    return source.privateData();
  }

  /** The name that maps shows for a VMA without file, such as "[vdso]", or null. */
  default @Nullable String name(Vma vma) {
    return null;
  }
}
