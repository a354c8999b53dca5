// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Prot;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * What mmap is asked for. Immutable: each method returns a changed copy. Starts as private memory
 * that can be read and written, where the kernel likes.
 *
 * {@snippet :
 * MapRequest.anonymous(8192)
 * MapRequest.anonymous(8192).fixed(0x10000000L).protection(Prot.READ)
 * MapRequest.file(library, 4096, 0x2000).protection(Prot.READ | Prot.EXEC)
 * }
 *
 * @param address hint, or with MAP_FIXED the address; bytes, 0 for the kernel's choice
 * @param length bytes, rounded up to pages
 * @param protection PROT_ bits of {@link Prot}
 * @param flags MAP_ bits of {@link MapFlags}
 * @param file what is mapped, or null with MAP_ANONYMOUS
 * @param offset where in the file, bytes, page aligned
 */
public record MapRequest(
    long address, long length, int protection, int flags, @Nullable OpenFile file, long offset) {

  private static final int READ_WRITE = Prot.READ | Prot.WRITE;

  /** Memory of zeroes. */
  public static MapRequest anonymous(long length) {
    return new MapRequest(0, length, READ_WRITE, MapFlags.PRIVATE | MapFlags.ANONYMOUS, null, 0);
  }

  /** Part of a file; what is written stays private unless it is {@link #shared}. */
  public static MapRequest file(OpenFile file, long length, long offset) {
    return new MapRequest(0, length, READ_WRITE, MapFlags.PRIVATE, file, offset);
  }

  /** Near this address, if there is room. */
  public MapRequest near(long hint) {
    return new MapRequest(hint, length, protection, flags, file, offset);
  }

  /** At this address, page aligned; what is there is unmapped (MAP_FIXED). */
  public MapRequest fixed(long exactly) {
    return near(exactly).with(MapFlags.FIXED);
  }

  /** At this address, page aligned, if nothing is there (MAP_FIXED_NOREPLACE). */
  public MapRequest fixedIfFree(long exactly) {
    return near(exactly).with(MapFlags.FIXED_NOREPLACE);
  }

  /** With these PROT_ bits. */
  public MapRequest protection(int prot) {
    return new MapRequest(address, length, prot, flags, file, offset);
  }

  /** Common to all who map the file, and to forked children (MAP_SHARED). */
  public MapRequest shared() {
    int others = flags & ~MapFlags.TYPE;
    return new MapRequest(address, length, protection, others | MapFlags.SHARED, file, offset);
  }

  /** Faulted in at once (MAP_POPULATE). */
  public MapRequest populated() {
    return with(MapFlags.POPULATE);
  }

  /** With these MAP_ bits besides. */
  public MapRequest with(int moreFlags) {
    return new MapRequest(address, length, protection, flags | moreFlags, file, offset);
  }
}
