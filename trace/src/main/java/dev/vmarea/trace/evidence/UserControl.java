// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import java.util.List;

/**
 * {@code control PATH WORDS = RESULT}: something happens to what is mounted at a path, besides
 * calls on it.
 *
 * @param path the path
 * @param words what happens; {@link dev.vmarea.drivers.UserModel#control} knows them
 * @param result 0 or a positive value; an error as -ENAME; {@link #OK}
 */
public record UserControl(String path, List<String> words, String result) implements EvidenceLine {
  /** The kind of line. */
  public static final String KIND = "control";

  /** Stands for any result that is no error. */
  public static final String OK = "ok";

  /** Keeps its own copy of the list. */
  public UserControl {
    words = List.copyOf(words);
  }

  @Override
  public String body() {
    return KIND + " " + path + " " + String.join(" ", words) + " = " + result;
  }
}
