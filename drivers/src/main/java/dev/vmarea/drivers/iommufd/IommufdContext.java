// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.drivers.Steps;
import dev.vmarea.space.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one open file of {@code /dev/iommu} has ({@code iommufd_ctx}): objects by number, and the
 * regions that they own. Lives as long as the file, which its mappings hold. Thread-safe.
 */
public final class IommufdContext {
  private final Kernel kernel;
  private final Steps steps;
  private final MmioWindow window;
  private final RegionTree regions = new RegionTree();
  private final TreeMap<Integer, IommufdObject> objects = new TreeMap<>(); // guarded by this
  private final List<Destruction> begun = new ArrayList<>(); // guarded by this
  private volatile boolean released;

  IommufdContext(Kernel kernel, Steps steps, MmioWindow window) {
    this.kernel = kernel;
    this.steps = steps;
    this.window = window;
  }

  RegionTree regions() {
    return regions;
  }

  Steps steps() {
    return steps;
  }

  /**
   * A new object, with the lowest number that is free, from 1 on, that owns a new region.
   *
   * @param from first byte of its registers in the device's memory, page aligned
   * @param length bytes of it, whole pages
   * @return the offset, in bytes, at which mmap finds the region
   * @throws ErrnoException EINVAL for parts of pages and outside of the device's memory, EBUSY if
   *     another region has a part of it
   */
  public long addRegion(long from, long length) throws ErrnoException {
    long physical = window.take(from, length);
    synchronized (this) { // so that nobody destroys it before its region is in the tree
      IommufdObject owner = newObject();
      return regions
          .add(length, offset -> new MmioRegion(kernel, owner, offset, physical, length))
          .offset();
    }
  }

  private IommufdObject newObject() {
    int id = 1;
    while (objects.containsKey(id)) {
      id++;
    }
    IommufdObject object = new IommufdObject(kernel, id);
    objects.put(id, object);
    return object;
  }

  /**
   * Destroys an object and its region.
   *
   * @throws ErrnoException ENOENT without such an object; EBUSY while it has users
   */
  public void destroy(int id) throws ErrnoException {
    Destruction.begin(this, id).end();
  }

  /** The first part of {@link #destroy} alone; the same errors. */
  public void beginDestruction(int id) throws ErrnoException {
    Destruction destruction = Destruction.begin(this, id);
    synchronized (this) {
      begun.add(destruction);
    }
  }

  /**
   * The rest of a destruction that was begun.
   *
   * @throws ErrnoException ENOENT if none of such an object was
   */
  public void endDestruction(int id) throws ErrnoException {
    Destruction destruction;
    synchronized (this) {
      destruction = begun.stream().filter(one -> one.object().id() == id).findFirst().orElse(null);
      begun.remove(destruction);
    }
    if (destruction == null) {
      throw Errno.ENOENT.failure();
    }
    destruction.end();
  }

  /**
   * Another object depends on this one from now on, and is a user of it.
   *
   * @throws ErrnoException ENOENT without such an object
   */
  public synchronized void hold(int id) throws ErrnoException {
    IommufdObject object = object(id);
    object.users().increment();
    object.dependents(object.dependents() + 1);
  }

  /**
   * One that depended on it goes.
   *
   * @throws ErrnoException ENOENT without such an object, or if nobody depends on it
   */
  public synchronized void unhold(int id) throws ErrnoException {
    IommufdObject object = object(id);
    if (object.dependents() == 0) {
      throw Errno.ENOENT.failure();
    }
    object.dependents(object.dependents() - 1);
    object.users().decrement();
  }

  private synchronized IommufdObject object(int id) throws ErrnoException {
    IommufdObject object = objects.get(id);
    if (object == null) {
      throw Errno.ENOENT.failure();
    }
    return object;
  }

  /**
   * Takes an object out of the table if only that uses it.
   *
   * @return null if others do
   * @throws ErrnoException ENOENT without such an object
   */
  synchronized @Nullable IommufdObject dropLastUser(int id) throws ErrnoException {
    IommufdObject object = object(id);
    if (!object.users().decrementIfOne()) {
      return null;
    }
    objects.remove(id);
    return object;
  }

  void eraseRegionOf(IommufdObject object) {
    for (MmioRegion region : regions.all()) {
      if (region.owner() == object) {
        regions.erase(region);
        window.giveBack(region);
        region.free();
      }
    }
  }

  /** Whether nobody can call it any more: its file has been released. */
  boolean isReleased() {
    return released;
  }

  /** Objects in the table; a copy. */
  synchronized List<IommufdObject> objects() {
    return List.copyOf(objects.values());
  }

  /**
   * The file is closed, and nothing of it mapped: what is left goes, leaves first. An object that
   * still has users then is lost, and Linux warns.
   */
  void release() {
    released = true;
    endDestructions();
    for (IommufdObject object : withoutDependents()) {
      try {
        destroy(object.id());
      } catch (ErrnoException used) {
        kernel.warn(
            KernelWarning.Kind.RULE, object + " of a closed context has users: " + object.users());
      }
    }
  }

  /** A destruction is a call on the file and holds it, so none is left unfinished. */
  private void endDestructions() {
    List<Destruction> unfinished;
    synchronized (this) {
      unfinished = List.copyOf(begun);
      begun.clear();
    }
    unfinished.forEach(Destruction::end);
  }

  private synchronized List<IommufdObject> withoutDependents() {
    for (IommufdObject object : objects.values()) {
      for (; object.dependents() > 0; object.dependents(object.dependents() - 1)) {
        object.users().decrement();
      }
    }
    return objects();
  }
}
