// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import dev.vmarea.files.Mount;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A device or file system on a machine: opened by path, mapped by the hook of its variant, and able
 * to say whether it is still in order. Thread-safe.
 */
public interface UserModel extends Mount {
  /** What it is. */
  UserKind kind();

  /** How it is mapped. */
  Variant variant();

  /**
   * Checks what must hold for it at any time when nobody is in a call: counts, reservations, what
   * its mappings look like.
   *
   * @throws IllegalStateException naming what does not hold
   */
  void verify();

  /**
   * Counts that must be as before when all that was opened and mapped is gone again: references,
   * reservations, users. By name.
   */
  default SortedMap<String, Long> counters() {
    return new TreeMap<>();
  }

  /**
   * What use leaves behind in it, as how often its files were used: it only grows, and stays when
   * all is gone again. By name.
   */
  default SortedMap<String, Long> traces() {
    return new TreeMap<>();
  }

  /**
   * Something happens to it that is no call on a descriptor of it: a device dies, an object is
   * destroyed, a file gets an attribute.
   *
   * @param words what, with its arguments, such as "destroy 1"
   * @return the result: 0, or a negative errno as the call or driver would say
   * @throws IllegalArgumentException for words that it does not know, naming those that it does
   */
  default long control(List<String> words) {
    throw new IllegalArgumentException(
        kind().id() + " does not know \"" + String.join(" ", words) + "\": nothing happens to it");
  }

  /**
   * Who is told from now on of the {@link Steps} of its operations; a user that cannot be come in
   * between tells of none.
   */
  default void observe(StepObserver observer) {}

  /**
   * All programs have ended, and memory is short: tasks that only the model knows of end, and pages
   * leave caches that they can be read into again. What is held then is held for no good reason.
   */
  default void quiesce() {}

  /**
   * It goes away: the module is unloaded, the file system unmounted. Gives back what it holds, as
   * far as nobody uses it any more.
   */
  void close();
}
