// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import dev.vmarea.space.VmaLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which call made each edge of the VMAs of one address space what it is: two areas that meet, or an
 * area that begins above or ends below a hole. An edge that becomes another kind has been made
 * anew. Edges without a call were there from the beginning, or a stack has grown there.
 *
 * <p>Keeps what edges present now need, and nothing else. For one thread.
 */
final class BoundaryOrigins {
  private final AddressTable table;
  private final List<@Nullable Origin> origins;
  private final Deque<Integer> free;
  private int[] uses;

  /** All edges are without a call. */
  BoundaryOrigins() {
    table = new AddressTable();
    origins = new ArrayList<>();
    origins.add(null);
    free = new ArrayDeque<>();
    uses = new int[64];
  }

  private BoundaryOrigins(BoundaryOrigins same) {
    table = same.table.copy(value -> value);
    origins = new ArrayList<>(same.origins);
    free = new ArrayDeque<>(same.free);
    uses = same.uses.clone();
  }

  /** The same for a forked copy of the memory. */
  BoundaryOrigins copy() {
    return new BoundaryOrigins(this);
  }

  /**
   * A call, or something else, has changed the areas.
   *
   * @param windows where, lowest first; null if that is not known
   * @param call who, or null if it was no call
   */
  void changed(
      VmaLayout before,
      VmaLayout now,
      @Nullable List<AddressWindow> windows,
      @Nullable Supplier<Origin> call) {
    Change change = new Change(call);
    int more = 0;
    if (windows != null) {
      for (AddressWindow window : windows) {
        more += change.in(before, now, window);
      }
    }
    if (windows == null || more != now.size() - before.size()) {
      change.in(before, now, new AddressWindow(0, Long.MAX_VALUE));
    }
  }

  /** Where the edge at {@code address} comes from, or null. */
  @Nullable Origin at(long address) {
    return origins.get(table.get(address));
  }

  private int place(Origin origin) {
    Integer reused = free.poll();
    if (reused != null) {
      origins.set(reused, origin);
      return reused;
    }
    origins.add(origin);
    if (origins.size() > uses.length) {
      uses = Arrays.copyOf(uses, uses.length * 2);
    }
    return origins.size() - 1;
  }

  private void unused(int place) {
    if (place != 0 && --uses[place] == 0) {
      origins.set(place, null);
      free.push(place);
    }
  }

  /** One change; its origin is made when the first edge needs it. */
  private final class Change {
    private final @Nullable Supplier<Origin> call;
    private int place;

    Change(@Nullable Supplier<Origin> call) {
      this.call = call;
    }

    /** Returns how many areas more begin in the window than before. */
    int in(VmaLayout before, VmaLayout now, AddressWindow window) {
      Edges old = new Edges(before, window);
      Edges present = new Edges(now, window);
      while (old.kind() != 0 || present.kind() != 0) {
        if (old.address() < present.address()) {
          unused(table.remove(old.address()));
          old.next();
        } else if (present.address() < old.address()) {
          made(present.address());
          present.next();
        } else {
          if (old.kind() != present.kind()) {
            made(present.address());
          }
          old.next();
          present.next();
        }
      }
      return present.starts() - old.starts();
    }

    private void made(long address) {
      if (address == 0) {
        return; // the table has no place for it
      }
      if (call == null) {
        unused(table.remove(address));
        return;
      }
      if (place == 0) {
        place = place(call.get());
      }
      int earlier = table.get(address);
      if (earlier != place) {
        uses[place]++;
        table.put(address, place);
        unused(earlier);
      }
    }
  }
}
