// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.coda;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file of Coda ({@code coda_inode_info}): which container new opens of it get, and which one it
 * is mapped through now. Thread-safe.
 */
final class CodaInode {
  private static final FileSystem CODA = new FileSystem("coda", false, true);

  private final Inode inode = new Inode(Inode.Type.REGULAR, CODA);
  private final Set<CodaFile> opens = new LinkedHashSet<>(); // guarded by this, as all here
  private String container;
  private @Nullable Inode mapping;
  private int mapCount;
  private @Nullable Errno refusal;

  /** A file whose container has this name. */
  CodaInode(String container) {
    this.container = container;
  }

  /** The file itself, which is never mapped: its container is. */
  Inode inode() {
    return inode;
  }

  /** The name of the container that the next open gets. */
  synchronized String container() {
    return container;
  }

  /** Venus has fetched the file anew, into another container; open files keep theirs. */
  synchronized void container(String name) {
    container = name;
  }

  /** Venus refuses what it is asked for, with this error; null: no more. */
  synchronized void refuse(@Nullable Errno error) {
    refusal = error;
  }

  /**
   * Asks Venus whether the file may be mapped (an upcall).
   *
   * @throws ErrnoException what it says
   */
  synchronized void accessIntent() throws ErrnoException {
    if (refusal != null) {
      throw refusal.failure();
    }
  }

  synchronized void opened(CodaFile file) {
    opens.add(file);
  }

  /**
   * {@code file} is mapped through {@code host} from now on; the first one redirects the file.
   *
   * @throws ErrnoException EBUSY while it is mapped through another container
   */
  synchronized void redirect(CodaFile file, Inode host) throws ErrnoException {
    if (mapping != null && mapping != host) {
      throw Errno.EBUSY.failure();
    }
    mapping = host;
    mapCount++;
    file.countMapping();
  }

  /** Its last reference is gone, so no mapping of it is left: what it counted goes. */
  synchronized void released(CodaFile file, Inode host) {
    opens.remove(file);
    if (mapping == host) {
      mapCount -= file.mapCount();
      if (mapCount == 0) {
        mapping = null;
      }
    }
  }

  /** How often open files of it were mapped ({@code c_mapcount}). */
  synchronized int mapCount() {
    return mapCount;
  }

  /** Counts add up, and the file is redirected as long as something was mapped. */
  synchronized void verify() {
    long sum = opens.stream().mapToLong(CodaFile::mapCount).sum();
    Invariant.equal("mappings of a file", mapCount, sum);
    Invariant.holds(mapping != null == mapCount > 0, "redirected exactly while mappings count");
    opens.forEach(CodaFile::verify);
  }
}
