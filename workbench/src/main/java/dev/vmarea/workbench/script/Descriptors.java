// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Descriptors of handles: the lowest that is free, from 3 on, as a process gets them. */
final class Descriptors {
  private static final int FIRST = 3;
  private static final int NEVER_OPEN = 1000;

  private final List<Integer> byHandle = new ArrayList<>();
  private final Map<Integer, Integer> open = new TreeMap<>();

  /** The next handle's descriptor. */
  int open() {
    int fd = FIRST;
    while (open.containsKey(fd)) {
      fd++;
    }
    open.put(fd, byHandle.size());
    byHandle.add(fd);
    return fd;
  }

  /** A handle's descriptor; one that nobody has, if the handle is closed. */
  int of(int handle) {
    if (handle < 0 || handle >= byHandle.size()) {
      return NEVER_OPEN;
    }
    int fd = byHandle.get(handle);
    Integer user = open.get(fd);
    return user == null || user == handle ? fd : NEVER_OPEN + handle;
  }

  void close(int handle) {
    open.remove(of(handle));
  }
}
