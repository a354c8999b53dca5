// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * What lives where: paths and the devices or file systems there. A path belongs to the longest
 * entry that is the path itself or a folder above it; what is no path, such as "memfd:name", to the
 * part up to the colon. Thread-safe; empty at first.
 */
public final class MountTable {
  private final ConcurrentSkipListMap<String, Mount> mounts = new ConcurrentSkipListMap<>();

  /**
   * Puts {@code mount} at {@code path}, in the place of what was there.
   *
   * @param path absolute, without a slash at its end; names without a slash at their beginning
   *     stand for files without a path, such as "memfd:", which all names belong to that begin so
   */
  public void add(String path, Mount mount) {
    if (path.isEmpty() || path.length() > 1 && path.endsWith("/")) {
      throw new IllegalArgumentException("not a place for a mount: \"" + path + "\"");
    }
    mounts.put(path, Objects.requireNonNull(mount));
  }

  /** Takes away what is at {@code path} itself; files of it that are open stay so. */
  public void remove(String path) {
    mounts.remove(path);
  }

  /** What {@code path} belongs to, or null. */
  public @Nullable Mount find(String path) {
    Mount exact = mounts.get(path);
    if (exact != null || !path.startsWith("/")) {
      return exact != null ? exact : mounts.get(path.substring(0, path.indexOf(':') + 1));
    }
    for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      Mount above = mounts.get(path.substring(0, slash));
      if (above != null) {
        return above;
      }
    }
    return mounts.get("/");
  }

  /** All of it, by path; a view. */
  public SortedMap<String, Mount> all() {
    return Collections.unmodifiableSortedMap(mounts);
  }

  /** The paths, for messages. */
  @Override
  public String toString() {
    return mounts.keySet().toString();
  }
}
