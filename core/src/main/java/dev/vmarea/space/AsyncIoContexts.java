// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The asynchronous-I/O contexts of one address space. Not inherited by fork. Guarded by the address
 * space's lock.
 */
public final class AsyncIoContexts {
  private final List<Context> contexts = new ArrayList<>(0);

  AsyncIoContexts() {}

  /**
   * One context: a ring of completions mapped into user memory, whose address is the context's id.
   */
  public static final class Context {
    private final OpenFile ring;
    private final long length;
    private final long requests;
    private long address;

    /**
     * A context.
     *
     * @param address where the ring is mapped, bytes
     * @param length its length in bytes
     * @param requests what the context counts for against aio-max-nr
     */
    public Context(OpenFile ring, long address, long length, long requests) {
      this.ring = ring;
      this.address = address;
      this.length = length;
      this.requests = requests;
    }

    /** The ring's file. */
    public OpenFile ring() {
      return ring;
    }

    /** Where the ring was mapped or last moved to; the context's id. */
    public long address() {
      return address;
    }

    /** Length of the ring in bytes, whatever has become of its mapping. */
    public long length() {
      return length;
    }

    /** What the context counts for against aio-max-nr. */
    public long requests() {
      return requests;
    }
  }

  /** All contexts, in the order in which they were made; a copy. */
  public List<Context> all() {
    return List.copyOf(contexts);
  }

  /** Adds a context. */
  public void add(Context context) {
    contexts.add(context);
  }

  /** The context with this id, or null. */
  public @Nullable Context find(long address) {
    for (Context context : contexts) {
      if (context.address == address) {
        return context;
      }
    }
    return null;
  }

  /** Takes a context out. */
  public void remove(Context context) {
    contexts.remove(context);
  }

  /**
   * A mapping of {@code ring} was moved: the context follows it, whichever part of the ring it was.
   *
   * @return whether there is such a context here
   */
  public boolean relabel(OpenFile ring, long newAddress) {
    for (Context context : contexts) {
      if (context.ring == ring) {
        context.address = newAddress;
        return true;
      }
    }
    return false;
  }
}
