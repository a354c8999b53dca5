// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.Defects;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All VMAs, of whatever address space, that map one file ({@code i_mmap}): the way from the file to
 * its mappings, which truncation, reclaim and revoking go.
 *
 * <p>Guarded by {@link #lock()} ({@code i_mmap_rwsem}), which comes after the address space's lock.
 * A VMA is linked right after it is in the tree and unlinked before its end.
 */
public final class ReverseMap {
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable FileVmaHandle first;
  private @Nullable FileVmaHandle last;
  private int size;
  private volatile @Nullable Consumer<? super Vma> watcher;

  /** The lock; a walker holds it for as long as it looks at what it found. */
  public ReentrantLock lock() {
    return lock;
  }

  /** Number of VMAs linked. */
  public int size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  /** Makes the VMA, whose pages are in the tables of {@code owner}, findable. */
  public void link(FileVmaHandle handle, TableOwner owner) {
    lock.lock();
    try {
      handle.owner = owner;
      if (handle.linked) {
        throw new IllegalStateException("linked twice: " + handle.current());
      }
      handle.linked = true;
      FileVmaHandle before = last;
      handle.previous = before;
      handle.next = null;
      if (before == null) {
        first = handle;
      } else {
        before.next = handle;
      }
      last = handle;
      size++;
    } finally {
      lock.unlock();
    }
    if (watcher != null && !lock.isHeldByCurrentThread()) {
      arrive(handle);
    }
  }

  /** The VMA can no longer be found. */
  public void unlink(FileVmaHandle handle) {
    lock.lock();
    try {
      if (!handle.linked) {
        return;
      }
      FileVmaHandle before = handle.previous;
      FileVmaHandle after = handle.next;
      if (before == null) {
        first = after;
      } else {
        before.next = after;
      }
      if (after == null) {
        last = before;
      } else {
        after.previous = before;
      }
      handle.next = null;
      handle.previous = null;
      handle.linked = false;
      size--;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Walks the VMAs that map some page of [firstPgoff, lastPgoff], both in pages, with the lock
   * held.
   */
  public void walk(long firstPgoff, long lastPgoff, Consumer<? super Vma> visitor) {
    lock.lock();
    try {
      for (FileVmaHandle at = first; at != null; at = at.next) {
        Vma vma = at.current();
        if (vma != null
            && Long.compareUnsigned(vma.pgoff(), lastPgoff) <= 0
            && Long.compareUnsigned(vma.pgoff() + vma.pages() - 1, firstPgoff) >= 0) {
          visitor.accept(vma);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes pages of the file out of all page tables: [firstPgoff, endPgoff), in pages, the end
   * unsigned. Takes the locks of address spaces one after the other, and none of them together with
   * this map's.
   *
   * @param copies whether private copies go too
   */
  public void unmapPages(long firstPgoff, long endPgoff, boolean copies) {
    forEachOwner(owner -> owner.zapFilePages(this, firstPgoff, endPgoff, copies));
  }

  /** Tells all address spaces that bytes of this page have been zeroed; locks as above. */
  public void pageCleared(long pgoff) {
    forEachOwner(owner -> owner.filePageCleared(this, pgoff));
  }

  /**
   * Takes a private huge page of hugetlb from all VMAs that share it with {@code keeper}'s, which
   * reserved it; those are of descendants of its process. Takes the locks of their address spaces
   * one after the other; the caller may hold the keeper's.
   *
   * @param pgoff first page of the file that the huge page stands for
   * @param pfn the huge page's first frame
   */
  public void takeHugePage(VmaHandle keeper, long pgoff, long pfn) {
    for (FileVmaHandle handle : inOrder()) {
      TableOwner owner = handle.owner;
      if (owner != null && handle != keeper) {
        owner.takeHugePage(handle, pgoff, pfn);
      }
    }
  }

  /**
   * Visits each address space once, as a whole, since pages go from one of its VMAs into another
   * when it splits, joins or moves them; to another address space they go by fork alone, which
   * makes a new one. Who is forked before his visit has a child that needs one, so the map is
   * looked through again until nobody new is found.
   */
  private void forEachOwner(Consumer<TableOwner> visitor) {
    Set<TableOwner> known = Collections.newSetFromMap(new IdentityHashMap<>());
    Defects defects = new Defects(); // of listeners: the others' pages go all the same
    for (List<TableOwner> more = owners(known); !more.isEmpty(); more = owners(known)) {
      for (TableOwner owner : more) {
        defects.keep(() -> visitor.accept(owner));
      }
    }
    defects.rethrow();
  }

  /** Whose page tables the VMAs are in, except for those known, who are then all of them. */
  private List<TableOwner> owners(Set<TableOwner> known) {
    List<TableOwner> more = new ArrayList<>();
    for (FileVmaHandle handle : inOrder()) {
      TableOwner owner = handle.owner;
      if (owner != null && known.add(owner)) {
        more.add(owner);
      }
    }
    return more;
  }

  /** The VMAs of {@code owner}, whose lock the caller holds, so that they stay. */
  public List<VmaHandle> handlesOf(TableOwner owner) {
    List<VmaHandle> handles = new ArrayList<>();
    for (FileVmaHandle handle : inOrder()) {
      if (handle.owner == owner) {
        handles.add(handle);
      }
    }
    return handles;
  }

  /**
   * The VMAs in the order of Linux' interval tree: by the first page of the file that they map, of
   * the same page the older first, so a parent's before its child's. It shows where pages go from
   * one to another: those of hugetlb are reserved again, unless an earlier one has left surplus.
   */
  private List<FileVmaHandle> inOrder() {
    List<Place> places = new ArrayList<>();
    lock.lock();
    try {
      for (FileVmaHandle at = first; at != null; at = at.next) {
        Vma vma = at.current();
        places.add(new Place(at, vma == null ? 0 : vma.pgoff()));
      }
    } finally {
      lock.unlock();
    }
    places.sort((a, b) -> Long.compareUnsigned(a.pgoff, b.pgoff));
    return places.stream().map(Place::handle).toList();
  }

  /** A VMA and the first page of the file that it mapped a moment ago. */
  private record Place(FileVmaHandle handle, long pgoff) {}

  /** Walks all. */
  public void walk(Consumer<? super Vma> visitor) {
    walk(0, -1, visitor);
  }

  /**
   * Lets {@code walker} meet every VMA at the first moment at which a walker on another processor
   * could: what a race would show one time in a million, each time. For tests and tools.
   */
  public void watch(@Nullable Consumer<? super Vma> walker) {
    watcher = walker;
  }

  /** A lock that hid {@code handle} was released: waiting walkers go on. */
  public void revealed(FileVmaHandle handle) {
    if (watcher != null) {
      arrive(handle);
    }
  }

  private void arrive(FileVmaHandle handle) {
    Consumer<? super Vma> walker = watcher;
    Vma vma = handle.current();
    if (walker != null && vma != null) {
      walker.accept(vma);
    }
  }
}
