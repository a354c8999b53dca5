// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** Numbers objects by identity, in the order in which they are met. For one thread. */
final class Numbering<T> {
  private final IdentityHashMap<T, Integer> numbers = new IdentityHashMap<>();
  private final List<T> all = new ArrayList<>();

  /** Its number; the next one if it is new. */
  int of(T object) {
    Integer known = numbers.putIfAbsent(object, all.size());
    if (known != null) {
      return known;
    }
    all.add(object);
    return all.size() - 1;
  }

  /** Whether it has a number. */
  boolean has(T object) {
    return numbers.containsKey(object);
  }

  /** All, by number. */
  List<T> all() {
    return all;
  }

  int size() {
    return all.size();
  }
}
