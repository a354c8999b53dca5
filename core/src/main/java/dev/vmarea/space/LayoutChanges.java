// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.Defects;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Tells the listeners of one address space what changes in it. Changes are gathered while its lock
 * is held and told right before the lock is released, so that a listener sees calls, not their
 * steps. While nobody listens nothing is gathered.
 *
 * <p>Under the address space's lock, but for what {@link AddressSpaceListener.Registration} says.
 */
public final class LayoutChanges {
  private final Mm mm;
  private final CopyOnWriteArrayList<Entry> listeners = new CopyOnWriteArrayList<>();
  private final List<LayoutChange> pending = new ArrayList<>(0);
  private final Set<Vma> condemned = Collections.newSetFromMap(new IdentityHashMap<>(0));

  LayoutChanges(Mm mm) {
    this.mm = mm;
  }

  /**
   * Tells {@code listener} from now on; takes the lock. First it is told of all that is mapped now.
   *
   * @throws RuntimeException what it throws at that: it is not told anything more then
   */
  public AddressSpaceListener.Registration add(AddressSpaceListener listener) {
    mm.lock().lock();
    try {
      tellPending(); // others have a right to what came before
      mm.lock()
          .runHook(() -> {
            for (Vma vma : mm.tree()) {
              listener.mapped(vma.start(), vma.end(), vma);
            }
          });
      Entry entry = new Entry(listener);
      listeners.add(entry);
      mm.tree().watch(this);
      return () -> remove(entry);
    } finally {
      mm.lock().unlock();
    }
  }

  private void remove(Entry entry) {
    if (mm.lock().isHeldByCurrentThread()) {
      stop(entry);
      return;
    }
    mm.lock().lock();
    try {
      stop(entry);
    } finally {
      mm.lock().unlock();
    }
  }

  private void stop(Entry entry) {
    entry.closed = true;
    listeners.remove(entry);
    if (listeners.isEmpty()) {
      mm.tree().watch(null);
      pending.clear();
      condemned.clear();
    }
  }

  /** The tree is about to get {@code vmas} in the place of what lies in [from, to). */
  void replacing(VmaTree tree, long from, long to, Vma[] vmas, int count) {
    add(new LayoutDifference(condemned).of(tree, from, to, vmas, count));
  }

  /** {@code vma} is past the point of no return, though still in the tree. */
  void condemn(Vma vma) {
    if (!listeners.isEmpty()) {
      condemned.add(vma);
    }
  }

  /** {@code vma} has left the tree. */
  void ended(Vma vma) {
    if (!listeners.isEmpty()) {
      condemned.remove(vma);
    }
  }

  /** Contents of [start, end) may be gone; see {@link AddressSpaceListener#discarded}. */
  public void discarded(long start, long end) {
    if (!listeners.isEmpty()) {
      add(List.of(new LayoutChange.Discarded(start, end)));
    }
  }

  /** Contents have moved; see {@link AddressSpaceListener#moved}. */
  public void moved(long from, long to, long length) {
    if (!listeners.isEmpty() && length != 0) {
      add(List.of(new LayoutChange.Moved(from, to, length)));
    }
  }

  private void add(List<LayoutChange> changes) {
    pending.addAll(changes);
    if (!pending.isEmpty()) {
      mm.lock().beforeRelease(this::tellPending);
    }
  }

  private void tellPending() {
    mm.lock().beforeRelease(null);
    List<LayoutChange> told = List.copyOf(pending);
    pending.clear();
    Defects defects = new Defects();
    for (LayoutChange change : told) {
      for (Entry entry : listeners) {
        if (!entry.closed) {
          defects.keep(() -> mm.lock().runHook(() -> change.tell(entry.listener)));
        }
      }
    }
    defects.rethrow();
  }

  /** One registration: the same listener may have several. */
  private static final class Entry {
    final AddressSpaceListener listener;
    boolean closed;

    Entry(AddressSpaceListener listener) {
      this.listener = listener;
    }
  }
}
