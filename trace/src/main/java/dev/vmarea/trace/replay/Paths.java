// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** Path arithmetic on names as bytes (ISO-8859-1), without looking at any file system. */
final class Paths {
  private Paths() {}

  /** {@code path} as seen from directory {@code base}, without "." and "..". */
  static String resolve(String base, String path) {
    if (path.isEmpty()) {
      return base;
    }
    String joined = path.startsWith("/") ? path : base + "/" + path;
    if (!joined.startsWith("/")) {
      return joined;
    }
    if (!joined.contains("//") && !joined.contains("/.") && !joined.endsWith("/")) {
      return joined;
    }
    Deque<String> parts = new ArrayDeque<>();
    for (String part : joined.split("/", -1)) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    StringBuilder text = new StringBuilder();
    for (Iterator<String> i = parts.iterator(); i.hasNext(); ) {
      text.append('/').append(i.next());
    }
    return text.isEmpty() ? "/" : text.toString();
  }
}
