// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;

/**
 * Follows what is mapped in one address space, as a JIT or a translation cache must. Addresses are
 * bytes, page aligned, ranges half-open.
 *
 * <p>Told of what changes for a byte: whether something is mapped there, which access is allowed,
 * and that its contents are gone. Areas that are split or joined, locked, named, advised or get
 * their anonymous identity change nothing of that and are not told. What stores do to contents, in
 * this process or another, is not told either.
 *
 * <p>A call is told at its end, in the order in which it changed things, whether it succeeded or
 * not: what a failed call has changed all the same is told, what it left alone is not. A mapping
 * that was made and taken out again by one call (its driver's action failed) is told as both. By
 * then everything is published, and every other thread's accessor has been waited for.
 *
 * <p>Called by the thread that made the change, which may be one that cuts a file, with the address
 * space locked. So a listener is quick; it makes no memory call and no access that could fault
 * (both are refused with an {@link IllegalStateException}, as in hooks of drivers), and it does not
 * wait for threads that may be doing so. It may look at the VMAs.
 *
 * <p>A listener that throws keeps nobody from anything: the call is complete, the other listeners
 * and the remaining changes are told, then the exception goes to the caller.
 */
public interface AddressSpaceListener {
  /**
   * Memory is mapped where nothing was: mmap, shmat, brk, growth of a stack, the target of mremap,
   * or a new VMA found on a process.
   *
   * @param vma the VMA that had it then; it may reach further on both sides
   */
  default void mapped(long start, long end, Vma vma) {}

  /**
   * Nothing is mapped there any more; also told before {@link #mapped} when a new mapping takes the
   * place of an old one, and for everything at the end of the process.
   */
  default void unmapped(long start, long end) {}

  /**
   * The allowed access has changed.
   *
   * @param from set of {@link dev.vmarea.base.Prot} READ, WRITE and EXEC before
   * @param to the same now
   */
  default void protectionChanged(long start, long end, int from, int to) {}

  /**
   * What is read there from now on may be other bytes than before, though nobody stored them: after
   * MADV_DONTNEED of private memory, guard markers, a file that was cut or got a hole, or where
   * mremap has taken the pages away and left the mapping. The same range may be told twice. A file
   * that grows is not told: where an access was a bus error there are zeroes then.
   */
  default void discarded(long start, long end) {}

  /**
   * mremap has moved contents. Told between {@link #mapped} of the target and {@link #unmapped} (or
   * {@link #discarded}) of the source, which are told in any case: who does not care need not
   * listen.
   *
   * @param from where they were
   * @param to where they are now
   * @param length bytes
   */
  default void moved(long from, long to, long length) {}

  /** A listener that is being told; closing it ends that. */
  interface Registration extends AutoCloseable {
    /**
     * Nothing more is told, once this returns. May be called again, and by the listener itself:
     * then it is told nothing more but what it is being told.
     */
    @Override
    void close();
  }
}
