// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.snapshot.MappedObject;
import dev.vmarea.explain.snapshot.Snapshot;
import java.util.BitSet;

/** What an area is, as far as causes go by it. */
enum AreaKind {
  /** A sliver of anonymous memory that nobody may touch. */
  GUARD,
  /** More anonymous memory that nobody may touch: address space kept for later. */
  RESERVED,
  /** Anonymous memory. */
  ANONYMOUS,
  /** A part of a program or a library. */
  PROGRAM,
  /** A file in memory only: memfd, tmpfs without a name, shared anonymous memory. */
  MEMORY_FILE,
  /** Any other file, mapped as data. */
  DATA_FILE,
  /** The kernel's own. */
  SPECIAL;

  /** Guards are of one page mostly; the JVM's are of some. */
  private static final long LONGEST_GUARD = 64 << 10;

  private static final AreaKind[] ALL = values();

  /** The kinds of all areas of a snapshot. */
  static AreaKind[] of(Snapshot snapshot) {
    BitSet programs = new BitSet();
    for (int i = 0; i < snapshot.size(); i++) {
      long flags = snapshot.flags(i);
      boolean code = VmFlags.has(flags, VmFlags.EXEC) && !VmFlags.has(flags, VmFlags.MAYSHARE);
      MappedObject object = snapshot.object(i);
      if (code && object.isFile() && !isInMemory(object)) {
        programs.set(snapshot.objectNumber(i));
      }
    }
    AreaKind[] kinds = new AreaKind[snapshot.size()];
    byte[] files = new byte[snapshot.objects().size()];
    for (int i = 0; i < kinds.length; i++) {
      int number = snapshot.objectNumber(i);
      if (files[number] == 0) {
        AreaKind kind = ofObject(snapshot.object(i), programs.get(number));
        files[number] = (byte) (1 + kind.ordinal());
      }
      AreaKind kind = ALL[files[number] - 1];
      boolean closed = kind == ANONYMOUS && (snapshot.flags(i) & VmFlags.ACCESS) == 0;
      kinds[i] = !closed ? kind : snapshot.length(i) <= LONGEST_GUARD ? GUARD : RESERVED;
    }
    return kinds;
  }

  private static AreaKind ofObject(MappedObject object, boolean isProgram) {
    if (object.isSpecial()) {
      return SPECIAL;
    } else if (!object.isFile()) {
      return ANONYMOUS;
    } else if (isProgram) {
      return PROGRAM;
    }
    return isInMemory(object) ? MEMORY_FILE : DATA_FILE;
  }

  private static boolean isInMemory(MappedObject object) {
    String name = object.name();
    return name.startsWith("/memfd:")
        || name.startsWith("/dev/shm/")
        || name.startsWith("/dev/zero")
        || name.startsWith("/SYSV")
        || name.startsWith("/anon_hugepage")
        || name.startsWith("[anon_shmem:");
  }

  /** Memory without a file, accessible or not. */
  boolean isAnonymous() {
    return this == GUARD || this == RESERVED || this == ANONYMOUS;
  }

  /** A file that is no program. */
  boolean isData() {
    return this == MEMORY_FILE || this == DATA_FILE;
  }
}
